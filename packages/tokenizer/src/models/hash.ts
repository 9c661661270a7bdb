/**
 * Extends a hash by one byte or UTF-16 unit; the hash of the empty text is 0. It has 24 bits, so that all intermediate
 * values are small integers, which engines handle fast even before compilation. The low bits select a slot of a table.
 */
export const nextHash = (hash: number, unit: number): number => ((hash + unit + 1) * 61) & 0xffffff;

/** The hash of bytes or UTF-16 units. */
export function hashOf(units: Uint8Array | Uint16Array, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = nextHash(hash, units[at]!);
  return hash;
}
