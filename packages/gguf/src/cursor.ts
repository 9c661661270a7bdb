import { quote, refuse } from './errors.js';

/** Thrown when the bytes end before the file does: read more of it and start again. */
export class NeedsMore extends Error {
  /** Where the next value ends. */
  readonly end: number;

  constructor(end: number) {
    super('the beginning of the file is too short');
    this.end = end;
  }
}

/**
 * Reads values one after the other from the beginning of a file. A value that the file is too short for is an error,
 * one that the beginning is too short for throws `NeedsMore`. All numbers are little-endian.
 */
export class Cursor {
  offset = 0;
  private readonly view: DataView;
  private readonly decoder = new TextDecoder('utf-8', { fatal: true });

  constructor(
    private readonly bytes: Uint8Array,
    /** The number of bytes of the whole file. */
    readonly size: number,
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Moves on by a number of bytes and returns where they start. */
  private take(bytes: number): number {
    const start = this.offset;
    const end = start + bytes;
    if (end > this.size) refuse(`the file has ${this.size} bytes; ${end} would fit`);
    if (end > this.bytes.length) throw new NeedsMore(end);
    this.offset = end;
    return start;
  }

  uint8(): number {
    return this.view.getUint8(this.take(1));
  }

  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }

  /** A whole number of 64 bits that a JavaScript number holds. */
  uint64(name: string): number {
    const value = this.view.getBigUint64(this.take(8), true);
    if (value > Number.MAX_SAFE_INTEGER) refuse(`${name} is ${value}; at most 2^53 - 1 would fit`);
    return Number(value);
  }

  /** A number of things of at least `leastBytes` each; errors if the rest of the file is too short for them. */
  count(name: string, leastBytes: number): number {
    const count = this.uint64(name);
    const rest = this.size - this.offset;
    if (count * leastBytes > rest)
      refuse(`${name} is ${count}, of at least ${leastBytes} bytes each; the rest of the file has ${rest} bytes`);
    return count;
  }

  text(name: string): string {
    const length = this.count(`the length of ${name}`, 1);
    const start = this.take(length);
    try {
      return this.decoder.decode(this.bytes.subarray(start, start + length));
    } catch {
      return refuse(`${name} is no text of UTF-8`);
    }
  }

  /** A copy of the next bytes, aligned for typed arrays. */
  copy(bytes: number): ArrayBuffer {
    const start = this.take(bytes);
    return this.bytes.slice(start, start + bytes).buffer as ArrayBuffer;
  }

  /** A text that must be new among the keys of a map. */
  newKey(name: string, map: ReadonlyMap<string, unknown>): string {
    const key = this.text(name);
    if (map.has(key)) refuse(`${name} ${quote(key)} appears twice`);
    return key;
  }
}
