import { ResidualError } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import { Option } from 'commander';
import type { CommandDefinition } from '../runtime/command.js';
import { withContext } from '../runtime/context.js';
import { inputFile, inputPath } from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { columns, grouped } from '../terminal/format.js';
import { printJson, printResult } from '../terminal/output.js';
import { chunksFrom, wholeText } from '../text/chunks.js';
import { isObject, parseJson } from '../text/files.js';
import { lineGroups } from '../text/lines.js';

interface Options {
  readonly tokenizer: string;
  readonly text?: string;
  readonly file?: string;
  readonly jsonl?: string;
  readonly special: boolean;
  readonly json?: boolean;
}

/** `residual tokenize`: shows the tokens of a text. */
export const tokenizeCommand: CommandDefinition<Options> = {
  declare: command => {
    const file = new Option('--file <file>', 'a UTF-8 file with the text').argParser(inputFile);
    command
      .requiredOption(
        '--tokenizer <path>',
        'tokenizer.json, SentencePiece .model, tiktoken rank file, or a folder with a published tokenizer',
        inputPath,
      )
      .addOption(new Option('--text <text>', 'the text (default: standard input)').conflicts(['file', 'jsonl']))
      .addOption(file.conflicts('jsonl'))
      .option(
        '--jsonl <file>',
        'a file of lines {"text": "...", "special": true|false}; prints one JSON object for each line',
        inputFile,
      )
      .option('--no-special', 'add no special tokens around the text');
    return addJsonOption(command);
  },
  run: ({ command, options }) =>
    withContext(command, undefined, async ({ signal }) => {
      const { readTokenizer } = await import('../tokenizer/source.js');
      const { tokenizer: path, text, file, jsonl, special } = options;
      const tokenizer = await readTokenizer('tokenize', path);
      if (jsonl !== undefined) return tokenizeLines(tokenizer, jsonl, special, signal);
      const whole = text ?? (await wholeText('tokenize', { file, signal }));
      const tokens = tokensOf(tokenizer, whole, special);
      printResult(options, tokens, () => tableOf(tokens));
      return 0;
    }),
};

async function tokenizeLines(tokenizer: Tokenizer, file: string, special: boolean, signal: AbortSignal) {
  let number = 0;
  for await (const [line] of lineGroups(chunksFrom('tokenize', { file, signal }), 1)) {
    number++;
    if (line!.trim() === '') continue;
    const { text, special: ownSpecial = special } = entryOf(line!, `line ${number} of ${file}`);
    printJson(tokensOf(tokenizer, text, ownSpecial));
  }
  return 0;
}

interface Tokens {
  readonly ids: readonly number[];
  readonly tokens: readonly string[];
  /** In code points. */
  readonly offsets: readonly (readonly [start: number, end: number])[];
  /** Without special tokens. */
  readonly decoded: string;
}

function tokensOf(tokenizer: Tokenizer, text: string, addSpecialTokens: boolean): Tokens {
  const { ids, tokens, codePointOffsets } = tokenizer.encode(text, {
    addSpecialTokens,
    truncation: null,
    padding: null,
  });
  return { ids, tokens, offsets: codePointOffsets, decoded: tokenizer.decode(ids) };
}

function tableOf({ ids, tokens, offsets }: Tokens): string {
  const rows = ids.map((id, index) => [`${id}`, JSON.stringify(tokens[index]), offsets[index]!.join('–')]);
  const count = `${grouped(ids.length)} ${ids.length === 1 ? 'token' : 'tokens'}`;
  return ids.length === 0 ? count : `${columns([['id', 'token', 'offset'], ...rows])}\n${count}`;
}

function entryOf(line: string, where: string): { readonly text: string; readonly special?: boolean | undefined } {
  const entry = parseJson('tokenize', line, where);
  const { text, special } = isObject(entry) ? entry : {};
  if (typeof text === 'string' && (special === undefined || typeof special === 'boolean')) return { text, special };
  throw new ResidualError('files', `tokenize: ${where} must be {"text": "...", "special": true or false}`);
}
