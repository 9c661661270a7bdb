import { stat, writeFile } from 'node:fs/promises';
import type { TrainKind, TrainOptions, TrainProgress } from '@residual/tokenizer/train';
import { Option } from 'commander';
import type { CommandDefinition } from '../runtime/command.js';
import { type CommandContext, withContext } from '../runtime/context.js';
import { inputFiles, outputFile, positiveWholeNumber, wholeNumber } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { grouped, megabytes } from '../terminal/format.js';
import { printResult } from '../terminal/output.js';
import { chunksFrom } from '../text/chunks.js';
import { linesOf } from '../text/lines.js';
import { trainingBar } from '../tokenizer/training-progress.js';

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
export const trainTokenizerCommand: CommandDefinition<Options, readonly [readonly string[]]> = {
  declare: command => {
    const kind = new Option('--kind <kind>', 'byte-level BPE as GPT-2, WordPiece as BERT, or Unigram as SentencePiece');
    command
      .argument('<text-files...>', 'UTF-8 texts, read as a stream', inputFiles)
      .addOption(kind.choices(Object.keys(kinds)).makeOptionMandatory())
      .requiredOption('--vocab-size <n>', 'tokens in the vocabulary, special tokens included', positiveWholeNumber)
      .requiredOption('--out <file>', 'the file to write, such as tokenizer.json', outputFile)
      .option('--min-frequency <n>', 'merge only pairs that occur at least this often (bpe and wordpiece)', wholeNumber)
      .option('--special-token <token...>', 'the first tokens (default: those of the kind)');
    return addJsonOption(command, 'print one JSON object instead of a sentence');
  },
  run: async ({ command, args, options }) => {
    if (options.kind === 'unigram' && options.minFrequency !== undefined) {
      command.error("error: option '--min-frequency <n>' has no meaning for the kind unigram");
    }
    return withContext(command, undefined, context => train(args[0], options, context));
  },
};

async function train(files: readonly string[], options: Options, { signal, progress }: CommandContext) {
  const { kind, vocabSize, out, minFrequency, specialToken } = options;
  const sizes = await Promise.all(files.map(async file => (await stat(file)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  let read = 0;
  const onRead = (size: number) => {
    read += size;
  };
  const onProgress = (state: TrainProgress) =>
    progress.show(trainingBar(state.stage === 'words' ? { ...state, done: read, total: bytes } : state));
  const common = { vocabSize, signal, onProgress, ...(specialToken && { specialTokens: specialToken }) };
  const settings = { kind: kinds[kind], ...common, ...(minFrequency !== undefined && { minFrequency }) };
  const [{ saveTokenizer }, { trainTokenizer }] = await Promise.all([
    import('@residual/tokenizer'),
    import('@residual/tokenizer/train'),
  ]);
  const startTime = performance.now();
  const tokenizer = await trainTokenizer(linesIn(files, onRead), settings as TrainOptions);
  progress.end();
  await writeFile(out, `${saveTokenizer(tokenizer, { pretty: true })}\n`);
  const seconds = (performance.now() - startTime) / 1000;
  const tokens = tokenizer.vocabSize;
  const sentence = () => `${out}: ${grouped(tokens)} tokens of ${megabytes(bytes)} of text, ${seconds.toFixed(1)} s`;
  printResult(options, { kind, tokens, bytes, seconds, out }, sentence);
  return 0;
}

/** The lines of files with their line ends and byte order marks, read on demand. */
async function* linesIn(files: readonly string[], onRead: (bytes: number) => void): AsyncGenerator<string> {
  for (const file of files) yield* linesOf(chunksFrom('train-tokenizer', { file, onRead, ignoreBOM: true }));
}
