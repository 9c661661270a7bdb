import { access, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ResidualError } from '@residual/base';
import type { TrainKind, TrainOptions, TrainProgress } from '@residual/tokenizer/train';
import { Command, Option } from 'commander';
import { bar, print, progressLine } from '../output.js';
import { linesOf } from '../text-lines.js';
import { count, size } from './option-values.js';

interface Options {
  readonly kind: 'bpe' | 'wordpiece' | 'unigram';
  readonly vocabSize: number;
  readonly out: string;
  readonly minFrequency?: number;
  readonly specialToken?: readonly string[];
  readonly json?: boolean;
}

const kinds: { readonly [kind in Options['kind']]: TrainKind } = {
  bpe: 'byte-level-bpe',
  wordpiece: 'wordpiece',
  unigram: 'unigram',
};

/** `residual train-tokenizer`: trains a tokenizer on text files and writes its tokenizer.json. */
export function trainTokenizerCommand(exit: (code: number) => void): Command {
  return new Command('train-tokenizer')
    .argument('<text-files...>', 'UTF-8 texts, read as a stream')
    .addOption(
      new Option('--kind <kind>', 'byte-level BPE as GPT-2, WordPiece as BERT, or Unigram as SentencePiece')
        .choices(Object.keys(kinds))
        .makeOptionMandatory(),
    )
    .requiredOption('--vocab-size <n>', 'how many tokens the vocabulary has, special tokens included', size)
    .requiredOption('--out <file>', 'where to write, such as tokenizer.json')
    .option('--min-frequency <n>', 'merge only pairs that occur at least this often (bpe and wordpiece)', count)
    .option('--special-token <token...>', 'the first tokens, instead of the defaults of the kind')
    .option('--json', 'print one object instead of a sentence')
    .action(async (files: string[], options: Options, command: Command) => {
      if (options.kind === 'unigram' && options.minFrequency !== undefined) {
        command.error("error: option '--min-frequency <n>' has no meaning for the kind unigram");
      }
      exit(await train(files, options));
    });
}

async function train(files: readonly string[], options: Options): Promise<number> {
  const { kind, vocabSize, out, minFrequency, specialToken, json } = options;
  const bytes = await totalBytes(files);
  const cannotWrite = (why: string) => new ResidualError('files', `train-tokenizer: ${out} cannot be written, ${why}`);
  await access(dirname(out)).catch(() => {
    throw cannotWrite(`there is no folder ${dirname(out)}`);
  });
  if ((await stat(out).catch(() => undefined))?.isDirectory()) throw cannotWrite('it is a folder');
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  const progress = progressLine();
  let read = 0;
  const onProgress = ({ stage, done, total }: TrainProgress) =>
    progress.show(stage === 'words' ? bar(names.words, read, bytes) : bar(names[stage], done, total ?? done));
  const lines = linesOf(files, chunk => {
    read += chunk;
  });
  const common = { vocabSize, signal: abort.signal, onProgress, ...(specialToken && { specialTokens: specialToken }) };
  const settings = { kind: kinds[kind], ...common, ...(minFrequency !== undefined && { minFrequency }) };
  const [{ saveTokenizer }, { trainTokenizer }] = await Promise.all([
    import('@residual/tokenizer'),
    import('@residual/tokenizer/train'),
  ]);
  const startTime = performance.now();
  try {
    const tokenizer = await trainTokenizer(lines, settings as TrainOptions);
    progress.end();
    await writeFile(out, `${saveTokenizer(tokenizer, { pretty: true })}\n`);
    const seconds = (performance.now() - startTime) / 1000;
    const tokens = tokenizer.vocabSize;
    print(
      json
        ? JSON.stringify({ kind, tokens, bytes, seconds, out })
        : `${out}: ${tokens.toLocaleString('en-US')} tokens of ${(bytes / 1e6).toFixed(1)} MB of text, ${seconds.toFixed(1)} s`,
    );
    return 0;
  } catch (error) {
    if (abort.signal.aborted) return 130;
    throw error;
  } finally {
    progress.end();
    process.off('SIGINT', interrupt);
  }
}

const names: { readonly [stage in TrainProgress['stage']]: string } = {
  words: 'reading',
  pairs: 'counting pairs',
  merges: 'merging',
  seeds: 'finding candidates',
  pruning: 'choosing tokens',
};

async function totalBytes(files: readonly string[]): Promise<number> {
  let bytes = 0;
  for (const file of files) {
    const info = await stat(file).catch(cause => {
      throw new ResidualError('files', `train-tokenizer: ${file} cannot be read: ${cause.message}`, { cause });
    });
    if (!info.isFile()) throw new ResidualError('files', `train-tokenizer: ${file} is not a file`);
    bytes += info.size;
  }
  return bytes;
}
