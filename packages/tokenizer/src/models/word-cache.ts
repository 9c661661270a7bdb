/** Longer pre-tokens are not cached. */
export const maxWordLength = 64;
const slotCount = 1 << 16;
const textBytes = 1 << 19;
const maxIds = 1 << 18;

/** A cache of the ids of pre-tokens by their bytes or UTF-16 units. */
export interface WordCache<Text> {
  /** The size in bytes. */
  readonly byteLength: number;
  /** Appends the ids of `text[from, to)`, whose hash is given, and returns whether they were cached. */
  lookUp(text: Text, from: number, to: number, hash: number, ids: number[]): boolean;
  /** Stores `ids[first...]` for `text[from, to)`, which must not be in the cache. */
  store(text: Text, from: number, to: number, hash: number, ids: readonly number[], first: number): void;
}

/**
 * A hash table of 2.5 MB (1 MB of slots, 0.5 MB of text, 1 MB of ids), made for the first pre-token that it stores. The
 * system allocates it page by page. When it is full, it is cleared. It consists of small functions without `this`, so
 * that engines compile them during the first text.
 */
export function wordCache<Text extends Uint8Array | Uint16Array>(kind: {
  new (length: number): Text;
  readonly BYTES_PER_ELEMENT: number;
}): WordCache<Text> {
  /**
   * Per slot [hash, offset of the text + 1 (0 is free), offset of the ids, length of the text * 256 + number of ids].
   */
  let slots = new Int32Array(0);
  let textStore = new kind(0);
  let idStore = slots;
  const wrap = slotCount * 4 - 1;
  let words = 0;
  let textCount = 0;
  let idCount = 0;

  const isSame = (offset: number, text: Text, from: number, to: number) => {
    while (from < to && text[from] === textStore[offset]) {
      from++;
      offset++;
    }
    return from === to;
  };
  const append = (at: number, ids: number[]) => {
    const first = slots[at + 2]!;
    const last = first + (slots[at + 3]! & 255);
    for (let index = first; index < last; index++) ids.push(idStore[index]!);
  };
  const ensureCapacity = (length: number, count: number) => {
    if (words * 2 < slotCount && textCount + length <= textStore.length && idCount + count <= maxIds) return;
    slots.fill(0);
    if (words === 0) {
      slots = new Int32Array(slotCount * 4);
      textStore = new kind(textBytes / kind.BYTES_PER_ELEMENT);
      idStore = new Int32Array(maxIds);
    }
    words = 0;
    textCount = 0;
    idCount = 0;
  };
  const freeSlot = (hash: number) => {
    let at = (hash << 2) & wrap;
    while (slots[at + 1] !== 0) at = (at + 4) & wrap;
    return at;
  };

  return {
    byteLength: 5 << 19, // as the arrays have when they are made
    lookUp(text, from, to, hash, ids) {
      if (words === 0) return false;
      for (let at = (hash << 2) & wrap; slots[at + 1] !== 0; at = (at + 4) & wrap) {
        if (slots[at] !== hash || slots[at + 3]! >> 8 !== to - from) continue;
        if (!isSame(slots[at + 1]! - 1, text, from, to)) continue;
        append(at, ids);
        return true;
      }
      return false;
    },
    store(text, from, to, hash, ids, first) {
      const length = to - from;
      const count = ids.length - first;
      if (length > maxWordLength || count > 255) return;
      ensureCapacity(length, count);
      const at = freeSlot(hash);
      slots[at] = hash;
      slots[at + 1] = textCount + 1;
      slots[at + 2] = idCount;
      slots[at + 3] = (length << 8) | count;
      for (let index = from; index < to; index++) textStore[textCount++] = text[index]!;
      for (let index = first; index < ids.length; index++) idStore[idCount++] = ids[index]!;
      words++;
    },
  };
}
