import { ResidualError } from '@residual/base';
import type { Model } from '@residual/model';
import { headLabels, layerLabels } from '../../inspect/labels.js';
import {
  addPromptOptions,
  type InspectInput,
  inputOf,
  type PromptOptions,
  predictingIds,
} from '../../inspect/prompts.js';
import { addViewOptions, printViews, type ViewOptions } from '../../inspect/view.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { addModelOptions, type ModelOptions, withModel } from '../../runtime/model.js';
import { positiveWholeNumber, seed } from '../../runtime/option-values.js';
import { heatMap } from '../../terminal/heat-map.js';

interface Options extends ModelOptions, PromptOptions, ViewOptions {
  readonly period?: number;
  readonly repeats?: number;
  readonly seed: number;
}

/** The scores in the order in which they are shown, with their names for people. */
const scoreNames = [
  ['previousToken', 'attention to the token before'],
  ['duplicateToken', 'attention to the same token one period before'],
  ['induction', 'attention to what followed it then'],
] as const;

/** `residual inspect heads`: how much each head attends to the previous, the duplicate and the induced token. */
export const inspectHeadsCommand: CommandDefinition<Options> = {
  declare: command => {
    addPromptOptions(addModelOptions(command))
      .option('--period <p>', 'after how many tokens the text repeats itself', positiveWholeNumber)
      .option('--repeats <n>', 'repeat the text this often (default: once; random tokens twice)', positiveWholeNumber)
      .option('--seed <s>', 'without a text, --period random tokens are repeated: the seed of these', seed, 0);
    return addViewOptions(command);
  },
  run: call =>
    withModel(call, async ({ model, signal }) => {
      const { headScores } = await import('@residual/inspect');
      const { options } = call;
      const { input, period } = await repeatedInput(model, options);
      const scores = await headScores(model, input, { period, signal });
      printViews(options, {
        json: { scores },
        tables: () => [
          [
            ['head', ...scoreNames.map(([name]) => name)],
            ...scores.induction.flatMap((heads, layer) =>
              heads.map((_, head) => [
                `${layer}.${head}`,
                ...scoreNames.map(([name]) => scores[name][layer]![head]!.toFixed(4)),
              ]),
            ),
          ],
        ],
        picture: screen =>
          scoreNames.flatMap(([name, what], i) => [
            ...(i > 0 ? [[]] : []),
            [{ text: `${name}: ${what}` }],
            ...heatMap(
              {
                rows: layerLabels(scores[name].length),
                columns: headLabels(scores[name]),
                values: scores[name],
                scale: 'sequential',
                limit: 1,
                hasLegend: i === scoreNames.length - 1,
              },
              screen,
            ),
          ]),
      });
      return 0;
    }),
};

/** The text as it is or repeated, or random tokens and the same again; and after how many tokens it repeats itself. */
async function repeatedInput(
  model: Model,
  options: Options,
): Promise<{ readonly input: InspectInput; readonly period: number }> {
  const { prompt, promptIds, repeats, period, seed } = options;
  if (prompt === undefined && promptIds === undefined) {
    if (period === undefined) throw withoutPeriod('the random tokens repeat themselves');
    const { repeatedTokens } = await import('@residual/inspect');
    const tokens = repeatedTokens({
      vocab: model.vocab,
      length: period,
      repeats: repeats ?? 2,
      seed,
      avoid: specialIds(model),
    });
    return { input: inputOf(model, '--prompt', { promptIds: tokens }, options), period };
  }
  const input = inputOf(model, '--prompt', options, options);
  if (repeats === undefined) {
    if (period === undefined) throw withoutPeriod('the text repeats itself; or --repeats, which repeats it');
    return { input, period };
  }
  const ids = predictingIds(input);
  if (period !== undefined && period !== ids.length)
    throw new ResidualError(
      'option',
      `inspect: --period is ${period} and the text to repeat has ${ids.length} tokens; leave --period out`,
    );
  const repeated = Array.from({ length: repeats }, () => ids).flat();
  const again = 'target' in input ? { ...options, decoderIds: repeated } : { ...options, promptIds: repeated };
  return { input: inputOf(model, '--prompt', again, again), period: ids.length };
}

function withoutPeriod(what: string): ResidualError {
  return new ResidualError('option', `inspect: give --period, after how many tokens ${what}`);
}

/** Tokens that are no text, such as those of the beginning and the end. */
function specialIds({ tokenizer, vocab, eosTokenIds }: Model): number[] {
  return Array.from({ length: vocab }, (_, id) => id).filter(
    id => tokenizer?.isSpecial(id) || eosTokenIds.includes(id),
  );
}
