import { type Bleu, bleu, chrf } from '../../evaluate/metrics/index.js';
import { type Pair, readPairs } from '../../evaluate/pairs.js';
import type { CommandDefinition } from '../../runtime/command.js';
import { type ModelContext, withModel } from '../../runtime/model.js';
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

interface Options extends TranslationOptions {
  readonly references: string;
  readonly from: string;
  readonly to: string;
  readonly json?: boolean;
}

/** `residual evaluate translation`: BLEU and chrF on sentences with references. */
export const evaluateTranslationCommand: CommandDefinition<Options> = {
  declare: command => {
    addTranslationOptions(command)
      .requiredOption('--references <file>', 'JSON lines: {"en": "...", "fr": ["...", ...]}', inputFile)
      .option('--from <field>', 'the field that holds the source', 'en')
      .option('--to <field>', 'the field that holds the references', 'fr');
    return addJsonOption(command, 'print one JSON object instead of lines of text');
  },
  run: async call => {
    const { options } = call;
    const pairs = await readPairs(options.references, options);
    return withModel(call, async context => {
      const startTime = performance.now();
      const { translations, tokens, decoding } = await translateAll(pairs, options, context);
      const seconds = (performance.now() - startTime) / 1000;
      const references = pairs.map(each => each.references);
      const [words, characters] = [bleu(translations, references), chrf(translations, references)];
      const version = `version:residual-${await packageVersion()}`;
      const metrics = [`BLEU|${words.signature}|${version}`, `chrF2|${characters.signature}|${version}`];
      const signature = [...metrics, `decoding|${decoding}`].join(' ');
      const sentences = pairs.length;
      const rates = [`${(sentences / seconds).toFixed(1)} sentences`, `${(tokens / seconds).toFixed(0)} tokens`];
      const value = { bleu: words.score, chrf: characters.score, sentences, signature };
      printResult(options, value, () =>
        [
          bleuLine(words),
          `chrF2 = ${characters.score.toFixed(2)}`,
          `${sentences} sentences in ${seconds.toFixed(1)} s: ${rates.join(' and ')} a second`,
          signature.replaceAll(' ', '\n'),
        ].join('\n'),
      );
      return 0;
    });
  },
};

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
