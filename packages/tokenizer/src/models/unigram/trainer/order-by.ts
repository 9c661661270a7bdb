/**
 * Sorts `order` (numbers of entries) by the entries' keys, the lowest first; what is equal stays in order. Radix sort
 * of the keys' bits, n in time.
 */
export function orderBy(keys: Float64Array<ArrayBuffer>, order: Int32Array): Int32Array {
  const digits = new Uint16Array(keys.buffer, keys.byteOffset, keys.length * 4);
  for (let digit = 0; digit < 4; digit++) {
    // Bits of doubles are in order, but for the sign, and backwards where that is set.
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

/** 0, 1, ... as many as asked for. */
export function indices(count: number): Int32Array {
  const order = new Int32Array(count);
  for (let entry = 0; entry < count; entry++) order[entry] = entry;
  return order;
}
