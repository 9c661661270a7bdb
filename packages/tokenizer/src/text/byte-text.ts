const encoder = /*#__PURE__*/ new TextEncoder();
const sharedSize = 1 << 16;
let sharedBytes: Uint8Array<ArrayBuffer> | undefined;

/** A text as UTF-8. Short texts share a buffer: the next call overwrites the last result. */
export function encodeUtf8(text: string): Uint8Array {
  const maxBytes = text.length * 3;
  const buffer = maxBytes > sharedSize ? new Uint8Array(maxBytes) : (sharedBytes ??= new Uint8Array(sharedSize));
  return buffer.subarray(0, encoder.encodeInto(text, buffer).written);
}

let sharedUnits: Uint16Array | undefined;

/**
 * A text as UTF-16 units; the array may be longer. Short texts share a buffer: the next call overwrites the last
 * result. ASCII texts are copied by the platform.
 */
export function encodeUtf16(text: string): Uint16Array {
  const units = text.length > sharedSize ? new Uint16Array(text.length) : (sharedUnits ??= new Uint16Array(sharedSize));
  const bytes = encodeUtf8(text);
  if (bytes.length === text.length) units.set(bytes);
  else for (let at = 0; at < text.length; at++) units[at] = text.charCodeAt(at);
  return units;
}

/** The code point whose UTF-8 starts at `at`, where the byte is 0x80 or higher. */
export function codePointAtByte(bytes: Uint8Array, at: number): number {
  const byte = bytes[at]!;
  if (byte < 0xe0) return ((byte & 31) << 6) | (bytes[at + 1]! & 63);
  const two = ((bytes[at + 1]! & 63) << 6) | (bytes[at + 2]! & 63);
  return byte < 0xf0 ? ((byte & 15) << 12) | two : ((byte & 7) << 18) | (two << 6) | (bytes[at + 3]! & 63);
}

/** The number of bytes of a character by its first byte. */
export const utf8Width = (byte: number): number => (byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4);
