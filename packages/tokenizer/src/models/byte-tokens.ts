import { byteOfUnit } from '../byte-alphabet.js';
import type { Vocabulary } from '../vocabulary.js';

const factor = 0x01000193;

/** A hash of bytes (or of UTF-16 units) that can be put together: that of `ab` is that of `a`, times a power of the factor for each byte of `b`, plus that of `b`. */
export function hashOf(bytes: Uint8Array | Uint16Array, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = (Math.imul(hash, factor) + bytes[at]! + 1) | 0;
  return hash;
}

/** Where to look for a hash in a table of so many places. */
export const spread = (hash: number, places: number): number => (hash ^ (hash >>> 15) ^ (hash >>> 7)) & (places - 1);

const none = -1;

/** The tokens of a byte-level vocabulary by the bytes that they stand for: a hash table over one array of bytes. */
export class ByteTokens {
  /** The bytes of the tokens one after another. */
  #bytes = new Uint8Array(1 << 16);
  /** Per id [where its bytes start, how many there are (0: it is not of bytes), their hash, nothing]: side by side, as they are asked for together. */
  readonly #entries: Int32Array;
  /** Ids by place. */
  readonly #slots: Int32Array;
  readonly #powers: Int32Array;

  constructor(vocabulary: Vocabulary) {
    const { idLimit } = vocabulary;
    this.#entries = new Int32Array(idLimit * 4);
    let places = 1024;
    while (places < idLimit * 2) places *= 2;
    this.#slots = new Int32Array(places).fill(none);
    let at = 0;
    let longest = 0;
    for (let id = 0; id < idLimit; id++) {
      const end = this.#add(id, vocabulary.token(id), at);
      longest = Math.max(longest, end - at);
      at = end;
    }
    this.#powers = new Int32Array(longest + 1).fill(1);
    for (let power = 1; power <= longest; power++) this.#powers[power] = Math.imul(this.#powers[power - 1]!, factor);
  }

  /** Adds a token whose bytes go to `at`; returns where they end. Apart from the loop, so that engines compile it once. */
  #add(id: number, token: string | undefined, at: number): number {
    const end = token === undefined ? none : this.#write(token, at);
    if (end <= at) return at;
    const hash = hashOf(this.#bytes, at, end);
    this.#entries[id * 4] = at;
    this.#entries[id * 4 + 1] = end - at;
    this.#entries[id * 4 + 2] = hash;
    this.#insert(id, hash);
    return end;
  }

  /** How many bytes a token stands for. */
  size(id: number): number {
    return this.#entries[id * 4 + 1]!;
  }

  /** The hash of the bytes that `find` was asked for last. */
  hash = 0;

  /** The id of the token of these bytes; -1 if there is none. */
  find(bytes: Uint8Array, from: number, to: number): number {
    let hash = 0;
    for (let at = from; at < to; at++) hash = (Math.imul(hash, factor) + bytes[at]! + 1) | 0;
    this.hash = hash;
    const slots = this.#slots;
    const own = this.#bytes;
    const wrap = slots.length - 1;
    for (let place = spread(hash, slots.length); ; place = (place + 1) & wrap) {
      const id = slots[place]!;
      if (id === none) return none;
      if (this.#entries[id * 4 + 2] !== hash || this.#entries[id * 4 + 1] !== to - from) continue;
      let at = from;
      for (let index = this.#entries[id * 4]!; at < to && own[index] === bytes[at]; index++) at++;
      if (at === to) return id;
    }
  }

  /** The id of the token that is written so in the byte alphabet; -1 if there is none. */
  idOf(text: string): number {
    let hash = 0;
    for (let index = 0; index < text.length; index++) {
      hash = (Math.imul(hash, factor) + byteOfUnit(text.charCodeAt(index)) + 1) | 0;
    }
    const slots = this.#slots;
    const wrap = slots.length - 1;
    for (let place = spread(hash, slots.length); ; place = (place + 1) & wrap) {
      const id = slots[place]!;
      if (id === none) return none;
      if (this.#entries[id * 4 + 2] === hash && this.#entries[id * 4 + 1] === text.length && this.#isWritten(id, text))
        return id;
    }
  }

  /** The id of the token that two tokens make when put together; -1 if there is none. */
  joined(left: number, right: number): number {
    const slots = this.#slots;
    const wrap = slots.length - 1;
    const [leftSize, rightSize] = [this.#entries[left * 4 + 1]!, this.#entries[right * 4 + 1]!];
    const hash =
      (Math.imul(this.#entries[left * 4 + 2]!, this.#powers[rightSize]!) + this.#entries[right * 4 + 2]!) | 0;
    const [leftFrom, rightFrom] = [this.#entries[left * 4]!, this.#entries[right * 4]!];
    for (let place = spread(hash, slots.length); ; place = (place + 1) & wrap) {
      const id = slots[place]!;
      if (id === none) return none;
      if (
        this.#entries[id * 4 + 2] === hash &&
        this.#entries[id * 4 + 1] === leftSize + rightSize &&
        this.#holds(id, 0, this.#bytes, leftFrom, leftFrom + leftSize) &&
        this.#holds(id, leftSize, this.#bytes, rightFrom, rightFrom + rightSize)
      ) {
        return id;
      }
    }
  }

  #holds(id: number, skip: number, bytes: Uint8Array, from: number, to: number): boolean {
    const own = this.#bytes;
    let at = this.#entries[id * 4]! + skip;
    for (let index = from; index < to; index++) if (own[at++] !== bytes[index]) return false;
    return true;
  }

  #isWritten(id: number, text: string): boolean {
    const start = this.#entries[id * 4]!;
    for (let index = 0; index < text.length; index++) {
      if (this.#bytes[start + index] !== byteOfUnit(text.charCodeAt(index))) return false;
    }
    return true;
  }

  /** Writes a token's bytes at a place; returns their end, -1 where a character stands for no byte. */
  #write(token: string, at: number): number {
    if (at + token.length > this.#bytes.length) this.#grow(token.length);
    for (let index = 0; index < token.length; index++) {
      const byte = byteOfUnit(token.charCodeAt(index));
      if (byte < 0) return none;
      this.#bytes[at++] = byte;
    }
    return at;
  }

  #grow(room: number): void {
    const larger = new Uint8Array(this.#bytes.length * 2 + room);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  #insert(id: number, hash: number): void {
    const slots = this.#slots;
    const wrap = slots.length - 1;
    let place = spread(hash, slots.length);
    while (slots[place] !== none) place = (place + 1) & wrap;
    slots[place] = id;
  }
}
