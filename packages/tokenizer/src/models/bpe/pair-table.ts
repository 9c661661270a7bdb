/**
 * Maps a pair of integers (the first not negative) to a pair of values, such as the merges of a byte-pair encoding. A
 * hash table with open addressing in one array of 32-bit integers: [left, right, first, second] per slot.
 */
export class PairTable {
  /** Four numbers per slot; the first is -1 in a free slot. Replaced when the table grows. */
  slots: Int32Array;
  #count = 0;

  /** Allocates capacity for `expected` pairs. The table grows as needed. */
  constructor(expected = 8) {
    let capacity = 16;
    while (capacity < expected * 2) capacity *= 2;
    this.slots = new Int32Array(capacity * 4).fill(-1);
  }

  /** Sets the values of a pair; overwrites older ones. */
  set(left: number, right: number, first: number, second: number): void {
    if (this.#count * 8 > this.slots.length) this.#grow();
    const slots = this.slots;
    let at = slotOf(left, right, slots.length);
    while (slots[at] !== -1 && (slots[at] !== left || slots[at + 1] !== right)) at = (at + 4) & (slots.length - 1);
    if (slots[at] === -1) this.#count++;
    slots[at] = left;
    slots[at + 1] = right;
    slots[at + 2] = first;
    slots[at + 3] = second;
  }

  /** The slot of a pair, valid until the next `set`; -1 if the pair is not in the table. */
  find(left: number, right: number): number {
    const slots = this.slots;
    const wrap = slots.length - 1;
    for (let at = slotOf(left, right, slots.length); ; at = (at + 4) & wrap) {
      const key = slots[at];
      if (key === left && slots[at + 1] === right) return at;
      if (key === -1) return -1;
    }
  }

  first(slot: number): number {
    return this.slots[slot + 2]!;
  }

  second(slot: number): number {
    return this.slots[slot + 3]!;
  }

  #grow(): void {
    const old = this.slots;
    this.slots = new Int32Array(old.length * 2).fill(-1);
    this.#count = 0;
    for (let at = 0; at < old.length; at += 4) {
      if (old[at] !== -1) this.set(old[at]!, old[at + 1]!, old[at + 2]!, old[at + 3]!);
    }
  }
}

/** All pairs of a table with their values, in no particular order. */
export function* pairsIn({
  slots,
}: PairTable): Generator<readonly [left: number, right: number, first: number, second: number]> {
  for (let at = 0; at < slots.length; at += 4) {
    if (slots[at] !== -1) yield [slots[at]!, slots[at + 1]!, slots[at + 2]!, slots[at + 3]!];
  }
}

function slotOf(left: number, right: number, length: number): number {
  let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right + 0x7f4a7c15, 0x85ebca6b);
  hash ^= hash >>> 15;
  return (hash << 2) & (length - 1);
}
