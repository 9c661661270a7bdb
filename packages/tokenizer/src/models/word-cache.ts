/** Pieces longer than this are not kept. */
const longestWord = 48;
const mostSlots = 1 << 16;
const mostUnits = 1 << 20;
const mostIds = 1 << 19;

/**
 * Remembers the ids of pieces seen before, by their text, without making strings of them: a hash table over UTF-16 units.
 * It grows to at most 5.5 MB (1 MB of slots, 2 MB of text, 2 MB of ids, and while it grows the half of one of them), then
 * starts afresh.
 */
export class WordCache {
  /** Per slot [hash, place of the text + 1 (0 is free), place of the ids, length of the text * 256 + number of ids]. */
  #slots = new Int32Array(1 << 12);
  #units = new Uint16Array(1 << 12);
  #ids = new Int32Array(1 << 12);
  #words = 0;
  #unitCount = 0;
  #idCount = 0;

  /** Appends the ids of `text[start, end)` if it is known; says whether it is. */
  recall(text: string, start: number, end: number, ids: number[]): boolean {
    const length = end - start;
    if (length > longestWord) return false;
    const slots = this.#slots;
    const hash = hashOf(text, start, end);
    const wrap = slots.length - 1;
    for (let at = (hash << 2) & wrap; slots[at + 1] !== 0; at = (at + 4) & wrap) {
      const sizes = slots[at + 3]!;
      if (slots[at] !== hash || sizes >> 8 !== length) continue;
      if (!this.#holds(text, start, end, slots[at + 1]! - 1)) continue;
      const from = slots[at + 2]!;
      const to = from + (sizes & 255);
      for (let index = from; index < to; index++) ids.push(this.#ids[index]!);
      return true;
    }
    return false;
  }

  /** Keeps `ids[from...]` for `text[start, end)`, which is not known yet. */
  remember(text: string, start: number, end: number, ids: readonly number[], from: number): void {
    const length = end - start;
    const count = ids.length - from;
    if (length > longestWord || count > 255) return;
    this.#makeRoom(length, count);
    const at = this.#freeSlot(hashOf(text, start, end));
    this.#slots[at + 1] = this.#unitCount + 1;
    this.#slots[at + 2] = this.#idCount;
    this.#slots[at + 3] = (length << 8) | count;
    for (let index = start; index < end; index++) this.#units[this.#unitCount++] = text.charCodeAt(index);
    for (let index = from; index < ids.length; index++) this.#ids[this.#idCount++] = ids[index]!;
    this.#words++;
  }

  /** Bytes held now. */
  get byteLength(): number {
    return this.#slots.byteLength + this.#units.byteLength + this.#ids.byteLength;
  }

  #holds(text: string, start: number, end: number, place: number): boolean {
    const units = this.#units;
    for (let index = start; index < end; index++) {
      if (units[place + index - start] !== text.charCodeAt(index)) return false;
    }
    return true;
  }

  #freeSlot(hash: number): number {
    const slots = this.#slots;
    const wrap = slots.length - 1;
    let at = (hash << 2) & wrap;
    while (slots[at + 1] !== 0) at = (at + 4) & wrap;
    slots[at] = hash;
    return at;
  }

  #makeRoom(length: number, count: number): void {
    const isFull =
      this.#words * 2 >= mostSlots || this.#unitCount + length > mostUnits || this.#idCount + count > mostIds;
    if (isFull) {
      this.#slots.fill(0);
      this.#words = 0;
      this.#unitCount = 0;
      this.#idCount = 0;
      return;
    }
    if (this.#unitCount + length > this.#units.length) {
      const larger = new Uint16Array(this.#units.length * 2);
      larger.set(this.#units);
      this.#units = larger;
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

function hashOf(text: string, start: number, end: number): number {
  let hash = 0x811c9dc5;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash ^ (hash >>> 15);
}
