import { abbreviate, abbreviateJson, failFile } from '../../errors.js';
import { pieceTypes } from '../sentencepiece/model-proto.js';

/** The metadata of a GGUF file by key, as `openGguf` of `@residual/gguf` returns it. */
export type GgufMetadata = ReadonlyMap<string, { readonly value: unknown }>;

/** An entry of metadata that `writeGguf` of `@residual/gguf` writes. */
export type GgufTokenizerEntry =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'uint32'; readonly value: number }
  | { readonly type: 'string[]'; readonly value: readonly string[] }
  | { readonly type: 'float32[]'; readonly value: Float32Array }
  | { readonly type: 'int32[]'; readonly value: Int32Array }
  | { readonly type: 'uint8[]'; readonly value: Uint8Array };

/** Entries of metadata by key. */
export type GgufTokenizerEntries = Map<string, GgufTokenizerEntry>;

/** The types of tokens in `tokenizer.ggml.token_type`; they are those of SentencePiece. */
export const tokenTypes = pieceTypes;

/** The prefix of the keys. */
export const keyPrefix = 'tokenizer.ggml.';

/** The keys of the ids of special tokens, by their role in `tokenizer_config.json`. */
export const specialTokenKeys = {
  bos: 'bos_token_id',
  eos: 'eos_token_id',
  unk: 'unknown_token_id',
  pad: 'padding_token_id',
} as const;

/** Reads entries with the prefix `tokenizer.ggml.` by type. Errors name the key. */
export class MetadataFields {
  constructor(private readonly metadata: GgufMetadata) {}

  /** The value of a key; undefined if it is absent. */
  raw(name: string): unknown {
    return this.metadata.get(keyPrefix + name)?.value;
  }

  text(name: string): string | undefined {
    const value = this.raw(name);
    return value === undefined || typeof value === 'string' ? value : this.#wrong(name, value, 'a text');
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.raw(name) ?? fallback;
    return typeof value === 'boolean' ? value : this.#wrong(name, value, 'true or false');
  }

  texts(name: string): readonly string[] {
    const value = this.raw(name);
    return Array.isArray(value) && value.every(text => typeof text === 'string')
      ? value
      : this.#wrong(name, value, 'an array of texts');
  }

  /** An array of `count` numbers. */
  numbers(name: string, count: number): readonly number[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const isNumbers = ArrayBuffer.isView(value) && typeof (value as Uint8Array)[0] !== 'bigint';
    if (!isNumbers) return this.#wrong(name, value, 'an array of numbers');
    const numbers = Array.from(value as Float32Array);
    return numbers.length === count
      ? numbers
      : failFile(`${keyPrefix}${name} holds ${numbers.length} numbers; ${count} would fit, one for each token`);
  }

  /** The bytes of an array of uint8 or int8; undefined if it is absent. */
  bytes(name: string): Uint8Array | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (value instanceof Uint8Array) return value;
    if (value instanceof Int8Array) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return this.#wrong(name, value, 'an array of bytes');
  }

  /** The id of one of the `tokens`; undefined if it is absent. */
  tokenId(name: string, tokens: readonly string[]): number | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    const isId = Number.isInteger(value) && (value as number) >= 0 && (value as number) < tokens.length;
    return isId ? (value as number) : this.#wrong(name, value, `an id from 0 to ${tokens.length - 1}`);
  }

  #wrong(name: string, value: unknown, expected: string): never {
    const shown =
      typeof value === 'bigint' || ArrayBuffer.isView(value) ? abbreviate(`${value}`) : abbreviateJson(value);
    return failFile(`${keyPrefix}${name} must be ${expected}, it is ${shown}`);
  }
}
