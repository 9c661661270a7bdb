import { ResidualError } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import { Command, Option } from 'commander';
import { chunksFrom, lineGroups } from '../lines.js';
import { columns, print } from '../output.js';

interface Options {
  readonly tokenizer: string;
  readonly text?: string;
  readonly file?: string;
  readonly jsonl?: string;
  readonly special: boolean;
  readonly json?: boolean;
}

/** `residual tokenize`: shows the tokens of a text. */
export function tokenizeCommand(exit: (code: number) => void): Command {
  return new Command('tokenize')
    .requiredOption(
      '--tokenizer <path>',
      'tokenizer.json, SentencePiece .model, tiktoken rank file, or a folder with a published tokenizer',
    )
    .addOption(new Option('--text <text>', 'the text').conflicts(['file', 'jsonl']))
    .addOption(new Option('--file <file>', 'a UTF-8 file with the text').conflicts('jsonl'))
    .option('--jsonl <file>', 'a file of lines {"text": "...", "special": true|false}; prints one object for each line')
    .option('--no-special', 'add no special tokens around the text')
    .option('--json', 'print one object instead of a table')
    .action(async (options: Options) => {
      await tokenize(options);
      exit(0);
    });
}

async function tokenize({ tokenizer: path, text, file, jsonl, special, json }: Options): Promise<void> {
  const { readTokenizer } = await import('../tokenizer-source.js');
  const tokenizer = await readTokenizer(path);
  if (jsonl !== undefined) return tokenizeLines(tokenizer, jsonl, special);
  let whole = text ?? '';
  if (text === undefined) for await (const chunk of chunksFrom('tokenize', { file })) whole += chunk;
  const tokens = tokensOf(tokenizer, whole, special);
  print(json ? JSON.stringify(tokens) : tableOf(tokens));
}

async function tokenizeLines(tokenizer: Tokenizer, file: string, special: boolean): Promise<void> {
  let number = 0;
  for await (const [line] of lineGroups(chunksFrom('tokenize', { file }), 1)) {
    number++;
    if (line!.trim() === '') continue;
    const row = readCase(line!, `line ${number} of ${file}`);
    print(JSON.stringify(tokensOf(tokenizer, row.text, row.special ?? special)));
  }
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
  const count = `${ids.length.toLocaleString('en-US')} ${ids.length === 1 ? 'token' : 'tokens'}`;
  return ids.length === 0 ? count : `${columns([['id', 'token', 'offset'], ...rows])}\n${count}`;
}

function readCase(line: string, where: string): { text: string; special?: boolean } {
  let row: unknown;
  try {
    row = JSON.parse(line);
  } catch (error) {
    throw new ResidualError('files', `tokenize: ${where} is not JSON: ${(error as Error).message}`);
  }
  const { text, special } = (row ?? {}) as { text?: unknown; special?: unknown };
  if (typeof text !== 'string' || (special !== undefined && typeof special !== 'boolean')) {
    throw new ResidualError('files', `tokenize: ${where} must be {"text": "...", "special": true or false}`);
  }
  return special === undefined ? { text } : { text, special };
}
