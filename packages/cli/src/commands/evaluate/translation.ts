import { type FormColumn, formsAsJson, formsTable, signed } from '../../evaluate/forms.js';
import { type Bleu, bleu, type Chrf, chrf } from '../../evaluate/metrics/index.js';
import { type Pair, readPairs } from '../../evaluate/pairs.js';
import type { CommandDefinition } from '../../runtime/command.js';
import {
  addSourceOptions,
  addWeightListOption,
  type FormListOptions,
  type ModelContext,
  withForms,
} from '../../runtime/model.js';
import { inputFile } from '../../runtime/option-values.js';
import { addJsonOption } from '../../runtime/options.js';
import {
  addTranslationOptions,
  defaultBatch,
  type TranslationOptions,
  translateLines,
  translateOptions,
} from '../../runtime/translation.js';
import { packageVersion } from '../../runtime/version.js';
import { printResult } from '../../terminal/output.js';

interface Options extends FormListOptions, TranslationOptions {
  readonly references: string;
  readonly from: string;
  readonly to: string;
  readonly json?: boolean;
}

/** The scores of all translations of one model. */
interface Report {
  readonly words: Bleu;
  readonly characters: Chrf;
  readonly sentences: number;
  readonly tokens: number;
  readonly seconds: number;
  readonly signature: string;
}

/** `residual evaluate translation`: BLEU and chrF on sentences with references. */
export const evaluateTranslationCommand: CommandDefinition<Options> = {
  declare: command => {
    addWeightListOption(addTranslationOptions(addSourceOptions(command, 'an encoder-decoder')))
      .requiredOption('--references <file>', 'JSON lines: {"en": "...", "fr": ["...", ...]}', inputFile)
      .option('--from <field>', 'the field that holds the source', 'en')
      .option('--to <field>', 'the field that holds the references', 'fr');
    return addJsonOption(command, 'print one JSON object instead of lines of text');
  },
  run: async call => {
    const { options } = call;
    const pairs = await readPairs(options.references, options);
    return withForms(
      call,
      context => evaluate(pairs, options, context),
      results => {
        const { signature } = results[0].result;
        const scores = results.map(each => ({ ...each, result: scoresOf(each.result) }));
        const table = () => `${formsTable(results, numbers)}\n${linesOf(signature)}`;
        if (options.weights) printResult(options, formsAsJson(scores), table);
        else printResult(options, scores[0]!.result, () => summaryOf(results[0].result));
      },
    );
  },
};

const numbers: readonly FormColumn<Report>[] = [
  { heading: 'BLEU', text: ({ words }) => words.score.toFixed(2) },
  { heading: 'chrF2', text: ({ characters }) => characters.score.toFixed(2) },
  { heading: 'BLEU beside FIRST', text: ({ words }, first) => signed(words.score - first.words.score, 2) },
];

async function evaluate(pairs: readonly Pair[], options: Options, context: ModelContext): Promise<Report> {
  const startTime = performance.now();
  const { translations, tokens, decoding } = await translateAll(pairs, options, context);
  const seconds = (performance.now() - startTime) / 1000;
  const references = pairs.map(each => each.references);
  const [words, characters] = [bleu(translations, references), chrf(translations, references)];
  const version = `version:residual-${await packageVersion()}`;
  const metrics = [`BLEU|${words.signature}|${version}`, `chrF2|${characters.signature}|${version}`];
  const signature = [...metrics, `decoding|${decoding}`].join(' ');
  return { words, characters, sentences: pairs.length, tokens, seconds, signature };
}

/** The scores as plain data. */
function scoresOf({ words, characters, sentences, signature }: Report) {
  return { bleu: words.score, chrf: characters.score, sentences, signature };
}

function summaryOf({ words, characters, sentences, tokens, seconds, signature }: Report): string {
  const rates = [`${(sentences / seconds).toFixed(1)} sentences`, `${(tokens / seconds).toFixed(0)} tokens`];
  return [
    bleuLine(words),
    `chrF2 = ${characters.score.toFixed(2)}`,
    `${sentences} sentences in ${seconds.toFixed(1)} s: ${rates.join(' and ')} a second`,
    linesOf(signature),
  ].join('\n');
}

/** A signature with a line for each metric and one for the decoding. */
function linesOf(signature: string): string {
  return signature.replaceAll(' ', '\n');
}

async function translateAll(pairs: readonly Pair[], options: Options, { model, signal, progress }: ModelContext) {
  const { batch = defaultBatch, backend } = options;
  const settings = translateOptions(options, { batch, signal });
  const sources = pairs.map(({ source }) => source);
  const translations: string[] = [];
  let tokens = 0;
  await translateLines(model, sources, settings, translation => {
    translations.push(translation.translation);
    tokens += translation.tokens.length;
    progress.show(`translated ${translations.length} of ${sources.length}`);
  });
  progress.end();
  const { batch: _, signal: __, ablate, ...decoderOptions } = settings;
  const fields = {
    numBeams: 1,
    ...decoderOptions,
    ...(ablate && { ablate: ablate.map(({ tap }) => tap).join(',') }),
    batch,
    backend,
  };
  const decoding = Object.entries(fields)
    .map(([name, value]) => `${name}:${value}`)
    .join('|');
  return { translations, tokens, decoding };
}

/** The line that sacreBLEU prints. */
function bleuLine({ score, precisions, brevityPenalty, hypothesisLength, referenceLength }: Bleu): string {
  const parts = precisions.map(precision => precision.toFixed(1)).join('/');
  const ratio = (hypothesisLength / referenceLength).toFixed(3);
  const lengths = `hyp_len = ${hypothesisLength} ref_len = ${referenceLength}`;
  return `BLEU = ${score.toFixed(2)} ${parts} (BP = ${brevityPenalty.toFixed(3)} ratio = ${ratio} ${lengths})`;
}
