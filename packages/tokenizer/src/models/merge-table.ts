/**
 * The merges of a byte-pair encoding: for a pair of ids its rank (a lower one is merged first) and the id it becomes.
 * A hash table with open addressing in one array of 32-bit integers: [left, right, rank, merged] per slot.
 */
export class MergeTable {
  readonly #slots: Int32Array;
  readonly #mask: number;

  constructor(count: number) {
    let capacity = 16;
    while (capacity < count * 2) capacity *= 2;
    this.#mask = capacity - 1;
    this.#slots = new Int32Array(capacity * 4).fill(-1);
  }

  /** Sets a pair; the last setting of a pair holds. */
  set(left: number, right: number, rank: number, merged: number): void {
    const slots = this.#slots;
    let at = this.#hash(left, right);
    while (slots[at] !== -1 && (slots[at] !== left || slots[at + 1] !== right)) at = (at + 4) & (slots.length - 1);
    slots[at] = left;
    slots[at + 1] = right;
    slots[at + 2] = rank;
    slots[at + 3] = merged;
  }

  /** Where the pair is kept, to be asked for its rank and merged id; -1 if it is never merged. */
  find(left: number, right: number): number {
    const slots = this.#slots;
    const wrap = slots.length - 1;
    for (let at = this.#hash(left, right); ; at = (at + 4) & wrap) {
      const found = slots[at];
      if (found === left && slots[at + 1] === right) return at;
      if (found === -1) return -1;
    }
  }

  rank(found: number): number {
    return this.#slots[found + 2]!;
  }

  merged(found: number): number {
    return this.#slots[found + 3]!;
  }

  #hash(left: number, right: number): number {
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right + 0x7f4a7c15, 0x85ebca6b);
    hash ^= hash >>> 15;
    return (hash & this.#mask) << 2;
  }
}
