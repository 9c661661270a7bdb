import type { TextOptions } from '@residual/model';
import { type Command, Option } from 'commander';
import { chunksFrom } from '../text/chunks.js';
import { lineGroups } from '../text/lines.js';
import type { CommandContext } from './context.js';
import { inputFile, positiveWholeNumber } from './option-values.js';
import { addJsonOption } from './options.js';

/** The options of `addLineOptions`. */
export interface LineOptions {
  readonly text?: string;
  readonly file?: string;
  readonly json?: boolean;
}

/** What is done with lines of texts. */
interface LineWork<Result> {
  /** The command, for errors. */
  readonly command: string;
  /** What has been done with a line, for the progress. */
  readonly done: string;
  read(texts: readonly string[], options: TextOptions): Promise<readonly Result[]>;
}

/** How many lines are read at a time; the model reads them in batches of texts of similar length. */
const linesAtOnce = 256;

/** Adds the options `--text` and `--file`, for a command that gives a result for each line, and `--json`. */
export function addLineOptions(command: Command): Command {
  command
    .addOption(new Option('--text <text>', 'one text (default: the lines of standard input)').conflicts('file'))
    .option('--file <file>', 'a UTF-8 file with a text on each line', inputFile);
  return addJsonOption(command, 'print one JSON object for each line');
}

/** The option `--max-tokens` of commands that classify. */
export function maxTokensOption(): Option {
  const what = 'cut longer texts to n tokens (default: too long a text is an error)';
  return new Option('--max-tokens <n>', what).argParser(positiveWholeNumber);
}

/** The lines that the options name with their results, in order and some at a time; `--text` is one text. */
export async function* resultsOfLines<Result>(
  { text, file }: LineOptions,
  { signal, progress }: CommandContext,
  { command, done: verb, read }: LineWork<Result>,
): AsyncGenerator<readonly (readonly [text: string, result: Result])[]> {
  const onProgress = ({ done, total }: { readonly done: number; readonly total: number }) =>
    progress.show(`${verb}: ${done} of ${total} lines`);
  const groups = text === undefined ? lineGroups(chunksFrom(command, { file, signal }), linesAtOnce) : [[text]];
  for await (const texts of groups) {
    const results = await read(texts, { signal, onProgress });
    progress.end(); // standard output may be the same terminal
    yield texts.map((each, i) => [each, results[i]!] as const);
  }
}
