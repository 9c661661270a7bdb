import { Command } from 'commander';
import { rerunForWebGPU } from '../machine/backends.js';
import { type Bleu, bleu, chrf } from '../metrics/index.js';
import { print } from '../output.js';
import { type Pair, pairsIn } from '../pairs.js';
import { packageVersion } from '../version.js';
import { argsOf } from './generate.js';
import { type TranslateFlags, translateLines, translateOptions, withTranslateFlags } from './translate-flags.js';
import { type CommandContext, withModel } from './with-model.js';

interface Options extends TranslateFlags {
  readonly references: string;
  readonly from: string;
  readonly to: string;
  readonly json?: boolean;
}

/** `residual evaluate translation`: BLEU and chrF on sentences with references. */
export function evaluateTranslationCommand(exit: (code: number) => void): Command {
  const command = new Command('translation');
  return withTranslateFlags(command)
    .requiredOption('--references <file>', 'JSON lines: {"en": "...", "fr": ["...", ...]}')
    .option('--from <field>', 'the field that holds the source', 'en')
    .option('--to <field>', 'the field that holds the references', 'fr')
    .option('--json', 'print one object instead of words')
    .action(async (options: Options, command: Command) => {
      const again = options.backend === 'webgpu' ? await rerunForWebGPU(argsOf(command)) : undefined;
      exit(again ?? (await evaluate(options)));
    });
}

async function evaluate(options: Options): Promise<number> {
  const pairs = await pairsIn(options.references, options);
  return withModel(options, async work => {
    const startTime = performance.now();
    const { translations, tokens, decoding } = await translateAll(pairs, options, work);
    const seconds = (performance.now() - startTime) / 1000;
    const references = pairs.map(each => each.references);
    const [words, characters] = [bleu(translations, references), chrf(translations, references)];
    const version = `version:residual-${await packageVersion()}`;
    const metrics = [`BLEU|${words.signature}|${version}`, `chrF2|${characters.signature}|${version}`];
    const signature = [...metrics, `decoding|${decoding}`].join(' ');
    const sentences = pairs.length;
    if (options.json) {
      print(JSON.stringify({ bleu: words.score, chrf: characters.score, sentences, signature }));
      return 0;
    }
    print(bleuLine(words));
    print(`chrF2 = ${characters.score.toFixed(2)}`);
    const speed = `${(sentences / seconds).toFixed(1)} sentences and ${(tokens / seconds).toFixed(0)} tokens a second`;
    print(`${sentences} sentences in ${seconds.toFixed(1)} s: ${speed}`);
    print(signature.replaceAll(' ', '\n'));
    return 0;
  });
}

async function translateAll(pairs: readonly Pair[], options: Options, { model, signal, progress }: CommandContext) {
  const { batch = 32, backend } = options;
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
  return `BLEU = ${score.toFixed(2)} ${parts} (BP = ${brevityPenalty.toFixed(3)} ratio = ${ratio} hyp_len = ${hypothesisLength} ref_len = ${referenceLength})`;
}
