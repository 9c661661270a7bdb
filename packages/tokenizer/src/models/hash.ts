/** Hashes have 24 bits: all that they are worked out from are small integers, with which engines count fast before they have compiled anything. */
export const nextHash = (hash: number, unit: number): number => (hash * 61 + unit + 1) & 0xffffff;

/** The hash of bytes or of UTF-16 units: that of none is 0, and `nextHash` adds one. */
export function hashOf(units: Uint8Array | Uint16Array, from: number, to: number): number {
  let hash = 0;
  for (let at = from; at < to; at++) hash = nextHash(hash, units[at]!);
  return hash;
}
