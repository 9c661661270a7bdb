import { spread } from './byte-tokens.js';

/** Pieces longer than this are not kept. */
export const longestWord = 64;
const mostSlots = 1 << 16;
const mostBytes = 1 << 20;
const mostIds = 1 << 19;

/**
 * Remembers the ids of pieces seen before, by the bytes of their text: a hash table. It grows to at most 4.5 MB (1 MB of
 * slots, 1 MB of text, 2 MB of ids, and while it grows the half of one of them), then starts afresh.
 */
export class WordCache {
  /** Per slot [hash, place of the text + 1 (0 is free), place of the ids, length of the text * 256 + number of ids]. */
  #slots = new Int32Array(1 << 12);
  #bytes = new Uint8Array(1 << 12);
  #ids = new Int32Array(1 << 12);
  #words = 0;
  #byteCount = 0;
  #idCount = 0;

  /** Appends the ids of `bytes[from, to)`, whose hash is given, if it is known; says whether it is. */
  recall(bytes: Uint8Array, from: number, to: number, hash: number, ids: number[]): boolean {
    const length = to - from;
    if (length > longestWord) return false;
    const slots = this.#slots;
    const wrap = slots.length - 1;
    for (let at = spread(hash, slots.length >> 2) << 2; slots[at + 1] !== 0; at = (at + 4) & wrap) {
      const sizes = slots[at + 3]!;
      if (slots[at] !== hash || sizes >> 8 !== length) continue;
      if (!this.#holds(bytes, from, to, slots[at + 1]! - 1)) continue;
      const first = slots[at + 2]!;
      const last = first + (sizes & 255);
      for (let index = first; index < last; index++) ids.push(this.#ids[index]!);
      return true;
    }
    return false;
  }

  /** Keeps `ids[first...]` for `bytes[from, to)`, which is not known yet. */
  remember(bytes: Uint8Array, from: number, to: number, hash: number, ids: readonly number[], first: number): void {
    const length = to - from;
    const count = ids.length - first;
    if (length > longestWord || count > 255) return;
    this.#makeRoom(length, count);
    const at = this.#freeSlot(hash);
    this.#slots[at + 1] = this.#byteCount + 1;
    this.#slots[at + 2] = this.#idCount;
    this.#slots[at + 3] = (length << 8) | count;
    for (let index = from; index < to; index++) this.#bytes[this.#byteCount++] = bytes[index]!;
    for (let index = first; index < ids.length; index++) this.#ids[this.#idCount++] = ids[index]!;
    this.#words++;
  }

  /** Bytes held now. */
  get byteLength(): number {
    return this.#slots.byteLength + this.#bytes.byteLength + this.#ids.byteLength;
  }

  #holds(bytes: Uint8Array, from: number, to: number, place: number): boolean {
    const own = this.#bytes;
    for (let index = from; index < to; index++) if (own[place++] !== bytes[index]) return false;
    return true;
  }

  #freeSlot(hash: number): number {
    const slots = this.#slots;
    const wrap = slots.length - 1;
    let at = spread(hash, slots.length >> 2) << 2;
    while (slots[at + 1] !== 0) at = (at + 4) & wrap;
    slots[at] = hash;
    return at;
  }

  #makeRoom(length: number, count: number): void {
    const isFull =
      this.#words * 2 >= mostSlots || this.#byteCount + length > mostBytes || this.#idCount + count > mostIds;
    if (isFull) {
      this.#slots.fill(0);
      this.#words = 0;
      this.#byteCount = 0;
      this.#idCount = 0;
      return;
    }
    if (this.#byteCount + length > this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    if (this.#idCount + count > this.#ids.length) {
      const larger = new Int32Array(this.#ids.length * 2);
      larger.set(this.#ids);
      this.#ids = larger;
    }
    if (this.#words * 8 >= this.#slots.length) {
      const old = this.#slots;
      this.#slots = new Int32Array(old.length * 2);
      for (let at = 0; at < old.length; at += 4) {
        if (old[at + 1] !== 0) this.#slots.set(old.subarray(at + 1, at + 4), this.#freeSlot(old[at]!) + 1);
      }
    }
  }
}
