/**
 * The hash of a text with one byte or UTF-16 unit more; that of none is 0. It has 24 bits: all that it is worked out
 * from are small integers, with which engines count fast before they have compiled anything. Its last bits tell where
 * to look in a table.
 */
export const nextHash = (hash: number, unit: number): number => ((hash + unit + 1) * 61) & 0xffffff;

/** The hash of bytes or of UTF-16 units. */
export function hashOf(units: Uint8Array | Uint16Array, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = nextHash(hash, units[at]!);
  return hash;
}
