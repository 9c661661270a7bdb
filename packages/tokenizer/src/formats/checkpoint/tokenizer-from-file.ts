import { failFile } from '../../errors.js';
import type { Tokenizer } from '../../tokenizer.js';
import { tokenizerFromJson } from '../json/load.js';
import { sentencePieceTokenizer } from '../sentencepiece/index.js';
import { type TiktokenName, tiktokenEncodings, tiktokenTokenizer } from '../tiktoken/index.js';

/** What is known about a file in addition to its bytes. */
export interface FileOptions {
  /**
   * The name for error messages. If it contains the name of a tiktoken encoding (`cl100k_base.tiktoken`), that encoding
   * is used.
   */
  readonly name?: string;
  /** The content of `tokenizer_config.json`, for a `tokenizer.json`. */
  readonly config?: object | string;
}

/** The format of a file. */
export type FileFormat = 'tokenizer.json' | 'sentencepiece' | 'tiktoken';

/**
 * Creates a tokenizer from one file of any format: `tokenizer.json`, a SentencePiece model, or a tiktoken rank file.
 */
export function tokenizerFromFile(bytes: Uint8Array, options: FileOptions = {}): Tokenizer {
  const { name = 'the file', config } = options;
  switch (detectFormat(bytes)) {
    case 'tokenizer.json':
      return tokenizerFromJson(textOf(bytes), config === undefined ? {} : { config });
    case 'tiktoken': {
      const encoding = (Object.keys(tiktokenEncodings) as TiktokenName[]).find(encodingName =>
        name.includes(encodingName),
      );
      return tiktokenTokenizer(bytes, encoding ? { encoding } : {});
    }
    case 'sentencepiece':
      return sentencePieceTokenizer(bytes);
    default:
      return failFile(
        `${name} is neither a tokenizer.json nor a SentencePiece model nor a tiktoken rank file; ` +
          `${describeStart(bytes)}`,
      );
  }
}

/** The format of a file, detected by its first bytes; undefined if it is none of these. */
export function detectFormat(bytes: Uint8Array): FileFormat | undefined {
  const head = textOf(bytes.subarray(0, 200));
  if (/^\s*\{/.test(head)) return 'tokenizer.json';
  if (/^[A-Za-z0-9+/]+={0,2} \d+\r?\n/.test(head)) return 'tiktoken';
  // The tags of pieces, trainer_spec and normalizer_spec.
  return [0x0a, 0x12, 0x1a].includes(bytes[0]!) ? 'sentencepiece' : undefined;
}

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

const describeStart = (bytes: Uint8Array) =>
  bytes.length === 0 ? 'it is empty' : `it begins with ${JSON.stringify(textOf(bytes.subarray(0, 20)))}`;
