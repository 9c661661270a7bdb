import { ResidualError, showValue } from '@residual/tensor';
import type { GgufType } from './table.js';

/** The metadata of a GGUF file by key, as `openGguf` of `@residual/gguf` returns it. */
export type GgufMetadata = ReadonlyMap<string, { readonly value: unknown }>;

/** An entry of metadata that `writeGguf` of `@residual/gguf` writes. */
export type GgufEntry =
  | { readonly type: 'uint32' | 'float32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string };

/** Reads the keys of one architecture and records which were read. Errors name the key, with code `config`. */
export class ArchitectureMetadata {
  private readonly readKeys = new Set<string>();
  /** The prefix of its keys. */
  readonly prefix: string;

  constructor(
    readonly metadata: GgufMetadata,
    architecture: string,
  ) {
    this.prefix = `${architecture}.`;
  }

  /** The value of a key of this architecture; undefined if it is absent. */
  raw(key: string): unknown {
    this.readKeys.add(this.prefix + key);
    const value = this.metadata.get(this.prefix + key)?.value;
    return typeof value === 'bigint' ? Number(value) : value;
  }

  /** The value of a key as a type; undefined if it is absent. */
  value(key: string, type: GgufType): number | boolean | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (type === 'bool') return typeof value === 'boolean' ? value : this.refuse(key, value, 'true or false');
    if (typeof value !== 'number' || !Number.isFinite(value)) return this.refuse(key, value, 'a number');
    if (type === 'float32') return shortest(value);
    return Number.isInteger(value) && value >= 0 ? value : this.refuse(key, value, 'a whole number from 0');
  }

  /** A number; `fallback` if it is absent. */
  number<T>(key: string, fallback: T): number | T {
    return (this.value(key, 'float32') as number | undefined) ?? fallback;
  }

  /** A text; `fallback` if it is absent. */
  text(key: string, fallback: string): string {
    const value = this.raw(key) ?? fallback;
    return typeof value === 'string' ? value : this.refuse(key, value, 'a text');
  }

  /** Throws if a key of this architecture was not read, since it may change the numbers. */
  refuseUnread(ignored: readonly string[] = []): void {
    const unread = [...this.metadata]
      .filter(([key]) => key.startsWith(this.prefix) && !this.readKeys.has(key))
      .filter(([key]) => !ignored.includes(key) && !ignored.includes(key.slice(this.prefix.length)))
      .map(([key, { value }]) => `${printable(key)}: ${show(value)}`);
    if (unread.length === 0) return;
    const more = unread.length > 20 ? ` and ${unread.length - 20} more` : '';
    fail(
      `metadata is not understood and may change the numbers: ${unread.slice(0, 20).join(', ')}${more}; ` +
        'if it does not, name it in ignoreConfig',
    );
  }

  /** Throws the error for a value that is not supported. */
  refuse(key: string, value: unknown, expected: string): never {
    return fail(`metadata ${this.prefix}${key} is ${show(value)}; it must be ${expected}`);
  }
}

/** Throws the error for a file whose model cannot be composed. */
export function fail(what: string): never {
  throw new ResidualError('config', `configFromGguf: ${what}`);
}

const show = (value: unknown) =>
  ArrayBuffer.isView(value) ? `an array of ${(value as Uint8Array).length}` : showValue(value);

const printable = (key: string) => (/^[\w.-]{1,80}$/.test(key) ? key : showValue(key));

/** The shortest decimal number that rounds to the same float32: 1e-5 for 0.000009999999747378752. */
export function shortest(value: number): number {
  const single = Math.fround(value);
  for (let digits = 6; digits < 10; digits++) {
    const short = Number(single.toPrecision(digits));
    if (Math.fround(short) === single) return short;
  }
  return value;
}
