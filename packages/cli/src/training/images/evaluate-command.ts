import { ResidualError } from '@residual/base';
import { imageTextModelOf } from '@residual/model';
import { type FormColumn, formsAsJson, formsTable, signed } from '../../evaluate/forms.js';
import type { CommandCall } from '../../runtime/command.js';
import { type FormListOptions, type ModelContext, withForms } from '../../runtime/model.js';
import { percent } from '../../terminal/format.js';
import { printResult } from '../../terminal/output.js';
import { rankPictures, resultOf, resultTable, type TestResult } from './evaluate.js';
import { kindsOfLabels } from './kinds-of-labels.js';
import { expectSet, type Pictures, readPictures } from './picture-sets.js';
import { splitPictures } from './split.js';
import { conceptTexts, maxLength } from './texts.js';

/** The options of `residual evaluate images`. */
export interface EvaluateImagesOptions extends FormListOptions {
  readonly unseenSet: string;
  readonly seed: number;
  readonly json?: boolean;
}

/** What a model named. */
interface Report {
  /** The tests of the training. */
  readonly tests: readonly TestResult[];
  /** The first test once more, by kind of label. */
  readonly kinds: readonly TestResult[];
}

/** Names the pictures that a training held out, and prints how many names are right. Returns the exit code. */
export async function evaluateImages(call: CommandCall<EvaluateImagesOptions, readonly [string]>): Promise<number> {
  const { options, args } = call;
  const [path] = args;
  const pictures = await readPictures(path);
  expectSet('evaluate images', pictures, path, options.unseenSet);
  return withForms(
    call,
    context => evaluate(pictures, options, context),
    results => {
      if (options.weights) printResult(options, formsAsJson(results), () => formsTable(results, numbers));
      else printResult(options, results[0].result, () => tablesOf(results[0].result));
    },
  );
}

const numbers: readonly FormColumn<Report>[] = [
  { heading: 'first', text: ({ tests }) => percent(tests[0]!.first) },
  { heading: 'in five', text: ({ tests }) => percent(tests[0]!.inFive) },
  { heading: 'beside FIRST', text: ({ tests }, first) => signed(100 * (tests[0]!.first - first.tests[0]!.first), 1) },
];

async function evaluate(
  pictures: Pictures,
  { unseenSet, seed: splitSeed }: EvaluateImagesOptions,
  { model, signal, progress }: ModelContext,
): Promise<Report> {
  const { layer, weights, composition } = imageTextModelOf('evaluate images', model);
  const { tokenizer } = model;
  const { height: size, width } = composition.imageSize ?? { height: 0, width: 0 };
  if (size === 0 || size !== width)
    throw new ResidualError(
      'data',
      `evaluate images: the model reads ${size === 0 ? 'pictures of any size' : `${size} x ${width} pixels`}; the ` +
        'tests are with squares of one size',
    );
  if (!tokenizer) throw new ResidualError('files', 'evaluate images: this model has no tokenizer, which labels need');
  const { concepts } = pictures;
  const { ofConcept } = conceptTexts(concepts, word => tokenizer.tokenToId(word) !== undefined);
  const split = splitPictures(pictures, {
    unseenSet,
    seed: splitSeed,
    isUsed: concept => ofConcept[concept]!.length > 0,
  });
  progress.show('naming pictures');
  const context = { layer, weights, concepts, tokenizer, from: pictures.size, size, maxLength, signal };
  const ranked = await rankPictures(split, context, Number.POSITIVE_INFINITY);
  progress.end();
  const kinds = ranked.length === 0 ? [] : kindsOfLabels(ranked[0]!, concepts);
  return { tests: ranked.map(resultOf), kinds: kinds.map(resultOf) };
}

const tablesOf = ({ tests, kinds }: Report): string =>
  [resultTable(tests), '', `${tests[0]?.test ?? 'nothing'}, by label:`, '', resultTable(kinds)].join('\n');
