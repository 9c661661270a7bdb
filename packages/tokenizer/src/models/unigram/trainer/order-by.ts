/**
 * Sorts `order` (numbers of entries) by the keys of the entries, ascending and stable: a radix sort of the bits in
 * O(n).
 */
export function orderBy(keys: Float64Array<ArrayBuffer>, order: Int32Array): Int32Array {
  const digits = new Uint16Array(keys.buffer, keys.byteOffset, keys.length * 4);
  for (let digit = 0; digit < 4; digit++) {
    // The bits of doubles sort like the doubles, except for the sign bit; negative numbers sort in reverse.
    const digitOf = (entry: number) =>
      digits[entry * 4 + digit]! ^ (digits[entry * 4 + 3]! & 0x8000 ? 0xffff : digit === 3 ? 0x8000 : 0);
    order = orderByDigit(order, digitOf);
  }
  return order;
}

function orderByDigit(order: Int32Array, digitOf: (entry: number) => number): Int32Array {
  const starts = new Int32Array(0x10001);
  for (const entry of order) starts[digitOf(entry) + 1]!++;
  for (let value = 0; value < 0x10000; value++) starts[value + 1]! += starts[value]!;
  const sorted = new Int32Array(order.length);
  for (const entry of order) sorted[starts[digitOf(entry)]!++] = entry;
  return sorted;
}

/** The numbers 0 to `count` - 1. */
export function indices(count: number): Int32Array {
  const order = new Int32Array(count);
  for (let entry = 0; entry < count; entry++) order[entry] = entry;
  return order;
}
