import { spread } from './byte-tokens.js';

/** Pieces longer than this are not kept. */
export const longestWord = 64;
const slotCount = 1 << 16;
const textBytes = 1 << 19;
const mostIds = 1 << 18;

/**
 * Remembers the ids of pieces seen before, by the bytes or the UTF-16 units of their text: a hash table. It takes 2.5 MB (1 MB of slots, half of
 * that for text, 1 MB of ids), which the system hands out as they are used; when it is full it starts afresh.
 */
export class WordCache<Text extends Uint8Array | Uint16Array> {
  /** Per slot [hash, place of the text + 1 (0 is free), place of the ids, length of the text * 256 + number of ids]. */
  readonly #slots = new Int32Array(slotCount * 4);
  readonly #text: Text;
  readonly #ids = new Int32Array(mostIds);
  #words = 0;
  #textCount = 0;
  #idCount = 0;

  constructor(kind: { new (length: number): Text; readonly BYTES_PER_ELEMENT: number }) {
    this.#text = new kind(textBytes / kind.BYTES_PER_ELEMENT);
  }

  /** Appends the ids of `text[from, to)`, whose hash is given, if it is known; says whether it is. */
  recall(text: Text, from: number, to: number, hash: number, ids: number[]): boolean {
    const length = to - from;
    if (length > longestWord) return false;
    const slots = this.#slots;
    const wrap = slots.length - 1;
    for (let at = spread(hash, slots.length >> 2) << 2; slots[at + 1] !== 0; at = (at + 4) & wrap) {
      const sizes = slots[at + 3]!;
      if (slots[at] !== hash || sizes >> 8 !== length) continue;
      if (!this.#holds(text, from, to, slots[at + 1]! - 1)) continue;
      const first = slots[at + 2]!;
      const last = first + (sizes & 255);
      for (let index = first; index < last; index++) ids.push(this.#ids[index]!);
      return true;
    }
    return false;
  }

  /** Keeps `ids[first...]` for `text[from, to)`, which is not known yet. */
  remember(text: Text, from: number, to: number, hash: number, ids: readonly number[], first: number): void {
    const length = to - from;
    const count = ids.length - first;
    if (length > longestWord || count > 255) return;
    this.#makeRoom(length, count);
    const at = this.#freeSlot(hash);
    this.#slots[at + 1] = this.#textCount + 1;
    this.#slots[at + 2] = this.#idCount;
    this.#slots[at + 3] = (length << 8) | count;
    for (let index = from; index < to; index++) this.#text[this.#textCount++] = text[index]!;
    for (let index = first; index < ids.length; index++) this.#ids[this.#idCount++] = ids[index]!;
    this.#words++;
  }

  /** Bytes held now. */
  get byteLength(): number {
    return this.#slots.byteLength + this.#text.byteLength + this.#ids.byteLength;
  }

  #holds(text: Text, from: number, to: number, place: number): boolean {
    const own = this.#text;
    for (let index = from; index < to; index++) if (own[place++] !== text[index]) return false;
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
    const fits =
      this.#words * 2 < slotCount && this.#textCount + length <= this.#text.length && this.#idCount + count <= mostIds;
    if (fits) return;
    this.#slots.fill(0);
    this.#words = 0;
    this.#textCount = 0;
    this.#idCount = 0;
  }
}
