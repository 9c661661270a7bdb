import { grown } from '../grown.js';
import type { PairTable } from './pair-table.js';

/** Above this many symbols a heap finds the next merge; below, a scan is faster. */
const scanLimit = 64;
const noRank = 0x7fffffff;
/** Capacity in symbols that is kept between pre-tokens. */
const retainedCapacity = 1 << 14;

/** The symbols of one pre-token: ids, and the number of bytes that each covers. Reused between pre-tokens. */
export class Symbols {
  ids: Int32Array = new Int32Array(256);
  lengths: Int32Array = new Int32Array(256);
  count = 0;

  push(id: number, length: number): void {
    if (this.count === this.ids.length) {
      this.ids = grown(this.ids, this.count * 2);
      this.lengths = grown(this.lengths, this.count * 2);
    }
    this.ids[this.count] = id;
    this.lengths[this.count++] = length;
  }

  /** Appends the ids, and for each the pair `from, to` of bytes that it covers. Then releases long arrays. */
  writeTo(ids: number[], spans?: number[]): void {
    for (let index = 0, at = 0; index < this.count; index++) {
      ids.push(this.ids[index]!);
      spans?.push(at, (at += this.lengths[index]!));
    }
    this.release();
  }

  /** Keeps the first symbol, and those that `next` leads to from it: by index, the index of the next symbol. */
  keep(next: Int32Array): void {
    const { ids, lengths, count } = this;
    this.count = 0;
    for (let at = 0; at < count; at = next[at]!) {
      ids[this.count] = ids[at]!;
      lengths[this.count++] = lengths[at]!;
    }
  }

  /** Frees the memory of a very long pre-token. */
  release(): void {
    if (this.ids.length <= retainedCapacity) return;
    this.ids = new Int32Array(256);
    this.lengths = new Int32Array(256);
  }
}

/**
 * Merges the pair with the lowest rank, and among equals the leftmost, until no pair can be merged (Sennrich et al.
 * 2016). `table` maps a pair to its rank and its result. Time: O(n log n).
 */
export function merge(symbols: Symbols, table: PairTable): void {
  if (symbols.count < 2) return;
  if (symbols.count <= scanLimit) mergeShort(symbols, table);
  else mergeByHeap(symbols, table);
}

/** By index: the rank and the slot of the merge with the next symbol, and the remaining neighbours. */
const ranks = /*#__PURE__*/ new Int32Array(scanLimit);
const mergeSlots = /*#__PURE__*/ new Int32Array(scanLimit);
const nexts = /*#__PURE__*/ new Int32Array(scanLimit);
const previous = /*#__PURE__*/ new Int32Array(scanLimit);

function mergeShort(symbols: Symbols, table: PairTable): void {
  const { ids, lengths, count } = symbols;
  const last = count - 1;
  for (let at = 0; at < count; at++) {
    nexts[at] = at + 1;
    previous[at] = at - 1;
    if (at < last) lookUpPair(ids, table, at, at + 1);
  }
  for (;;) {
    let best = 0;
    let lowest = noRank;
    for (let at = 0; at < last; at++) {
      if (ranks[at]! < lowest) {
        lowest = ranks[at]!;
        best = at;
      }
    }
    if (lowest === noRank) break;
    const right = nexts[best]!;
    const after = nexts[right]!;
    ids[best] = table.second(mergeSlots[best]!);
    lengths[best]! += lengths[right]!;
    nexts[best] = after;
    ranks[right] = noRank; // it is merged
    if (after < count) {
      previous[after] = best;
      lookUpPair(ids, table, best, after);
    } else ranks[best] = noRank;
    if (best > 0) lookUpPair(ids, table, previous[best]!, best);
  }
  symbols.keep(nexts);
}

function lookUpPair(ids: Int32Array, table: PairTable, at: number, right: number): void {
  const slot = table.find(ids[at]!, ids[right]!);
  mergeSlots[at] = slot;
  ranks[at] = slot < 0 ? noRank : table.first(slot);
}

/** Keys are ordered by rank, then by index: rank * 2^31 + index is exact in a double for the 2^22 ranks of a table. */
const indexSpan = 2 ** 31;

/**
 * Merges with a heap of candidate pairs, for long texts. A pair that `skips` skips becomes a candidate again after the
 * next merge. Merging ends when all remaining pairs have been skipped.
 */
export function mergeByHeap(symbols: Symbols, table: PairTable, skips?: () => boolean): void {
  const { ids, lengths, count } = symbols;
  const next = new Int32Array(count);
  const previous = new Int32Array(count);
  const heap = new Heap(Math.max(1, count));
  const enqueue = (at: number) => {
    const slot = table.find(ids[at]!, ids[next[at]!]!);
    if (slot >= 0) heap.push(table.first(slot) * indexSpan + at);
  };
  for (let at = 0; at < count; at++) {
    next[at] = at + 1;
    previous[at] = at - 1;
  }
  for (let at = 0; at < count - 1; at++) enqueue(at);
  const skipped: number[] = [];
  while (heap.size > 0) {
    const key = heap.pop();
    if (skips?.()) {
      skipped.push(key);
      continue;
    }
    while (skipped.length > 0) heap.push(skipped.pop()!); // all keys are different, so their order does not matter
    const rank = Math.floor(key / indexSpan);
    const at = key - rank * indexSpan;
    const right = next[at]!;
    if (lengths[at] === -1 || right >= count) continue; // already merged, or now the last symbol
    const slot = table.find(ids[at]!, ids[right]!);
    if (slot < 0 || table.first(slot) !== rank) continue; // one side has changed since
    ids[at] = table.second(slot);
    lengths[at]! += lengths[right]!;
    lengths[right] = -1;
    const after = next[right]!;
    next[at] = after;
    if (after < count) {
      previous[after] = at;
      enqueue(at);
    }
    if (previous[at]! >= 0) enqueue(previous[at]!);
  }
  symbols.keep(next);
}

/** A binary heap of numbers, smallest first. */
class Heap {
  #keys: Float64Array;
  size = 0;

  constructor(capacity: number) {
    this.#keys = new Float64Array(capacity);
  }

  push(key: number): void {
    if (this.size === this.#keys.length) this.#keys = grown(this.#keys, this.size * 2);
    const keys = this.#keys;
    let at = this.size++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[at] = keys[parent]!;
      at = parent;
    }
    keys[at] = key;
  }

  pop(): number {
    const keys = this.#keys;
    const top = keys[0]!;
    const key = keys[--this.size]!;
    let at = 0;
    for (let child = 1; child < this.size; child = 2 * at + 1) {
      if (child + 1 < this.size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[at] = keys[child]!;
      at = child;
    }
    keys[at] = key;
    return top;
  }
}
