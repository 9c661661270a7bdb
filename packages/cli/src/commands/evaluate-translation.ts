import { readFile } from 'node:fs/promises';
import { ResidualError } from '@residual/tensor';
import { Command } from 'commander';
import { rerunForWebGPU } from '../machine/backends.js';
import { type Bleu, bleu, chrf } from '../metrics/index.js';
import { packageVersion } from '../version.js';
import { argsOf } from './generate.js';
import { type TranslatingOptions, translateLines, translateOptions, withTranslatingOptions } from './translating.js';
import { type Work, withModel } from './with-model.js';

interface Options extends TranslatingOptions {
  readonly references: string;
  readonly from: string;
  readonly to: string;
  readonly json?: boolean;
}

/** A sentence and all its translations that are right. */
interface Pair {
  readonly source: string;
  readonly references: readonly string[];
}

/** `residual evaluate translation`: BLEU and chrF on sentences with references. */
export function evaluateTranslationCommand(exit: (code: number) => void): Command {
  const command = new Command('translation').description(
    'Translate sentences and compare with references: BLEU and chrF, as sacreBLEU computes them.',
  );
  return withTranslatingOptions(command)
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
  const pairs = await pairsIn(options);
  return withModel(options, async work => {
    const begun = performance.now();
    const { translations, tokens, decoding } = await translated(pairs, options, work);
    const seconds = (performance.now() - begun) / 1000;
    const references = pairs.map(each => each.references);
    const [words, characters] = [bleu(translations, references), chrf(translations, references)];
    const version = `version:residual-${await packageVersion()}`;
    const metrics = [`BLEU|${words.signature}|${version}`, `chrF2|${characters.signature}|${version}`];
    const signature = [...metrics, `decoding|${decoding}`].join(' ');
    const sentences = pairs.length;
    if (options.json) {
      console.log(JSON.stringify({ bleu: words.score, chrf: characters.score, sentences, signature }));
      return 0;
    }
    console.log(bleuLine(words));
    console.log(`chrF2 = ${characters.score.toFixed(2)}`);
    const speed = `${(sentences / seconds).toFixed(1)} sentences and ${(tokens / seconds).toFixed(0)} tokens a second`;
    console.log(`${sentences} sentences in ${seconds.toFixed(1)} s: ${speed}`);
    console.log(signature.replaceAll(' ', '\n'));
    return 0;
  });
}

async function translated(pairs: readonly Pair[], options: Options, { model, signal, progress }: Work) {
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
  const { batch: _, signal: __, zeroed, ...given } = settings;
  const fields = {
    beams: 1,
    ...given,
    ...(zeroed && { zeroed: zeroed.map(({ tap }) => tap).join(',') }),
    batch,
    backend,
  };
  const decoding = Object.entries(fields)
    .map(([name, value]) => `${name}:${value}`)
    .join('|'); // prettier-ignore
  return { translations, tokens, decoding };
}

/** As sacreBLEU prints it. */
function bleuLine({ score, precisions, brevityPenalty, hypothesisLength, referenceLength }: Bleu): string {
  const parts = precisions.map(precision => precision.toFixed(1)).join('/');
  const ratio = (hypothesisLength / referenceLength).toFixed(3);
  return `BLEU = ${score.toFixed(2)} ${parts} (BP = ${brevityPenalty.toFixed(3)} ratio = ${ratio} hyp_len = ${hypothesisLength} ref_len = ${referenceLength})`;
}

/** Reads the sentences of a file. Errors name the line and what does not fit. */
async function pairsIn({ references: file, from, to }: Options): Promise<Pair[]> {
  const text = await readFile(file, 'utf8').catch(error => refuse(`${file} cannot be read: ${error.message}`));
  const pairs = text
    .split(/\r?\n/)
    .flatMap((line, i) => (line.trim() === '' ? [] : [pairOf(line, `${file}, line ${i + 1}`)]));
  return pairs.length > 0 ? pairs : refuse(`${file} has no line`);

  function pairOf(line: string, where: string): Pair {
    const fields = parsed(line, where);
    const [source, given] = [fields[from], [fields[to]].flat()];
    if (typeof source !== 'string') refuse(`${where}: "${from}" must be a text, it is ${JSON.stringify(source)}`);
    const texts = given.filter(each => typeof each === 'string');
    if (texts.length === given.length && texts.some(each => each !== '')) return { source, references: texts };
    return refuse(`${where}: "${to}" must be a text or several, it is ${JSON.stringify(fields[to])}`);
  }
}

function parsed(line: string, where: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    refuse(`${where} is not JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return refuse(`${where} must be an object, it is ${line.slice(0, 40)}`);
}

function refuse(what: string): never {
  throw new ResidualError('references', `evaluate translation: ${what}`);
}
