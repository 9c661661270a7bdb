/**
 * The 256 printable characters that stand for bytes in byte-level vocabularies: printable Latin-1 characters for
 * themselves, and for all other bytes the characters from U+0100 on, in order (Radford et al. 2019, the vocabulary of
 * GPT-2).
 */
export const byteAlphabet = (): readonly string[] => {
  alphabet ??= Array.from({ length: 256 }, (_, byte) => {
    const isPrintable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    return String.fromCharCode(isPrintable ? byte : 0x100 + unprintableBelow(byte));
  });
  return alphabet;
};
let alphabet: readonly string[] | undefined;

/** The number of bytes below `byte` that are not printable. */
const unprintableBelow = (byte: number) => (byte <= 0x20 ? byte : byte <= 0xa0 ? byte - 0x7f + 0x21 : 0x43);

/** Maps each UTF-16 unit below 0x144 to its byte in the byte alphabet; -1 if it has none. */
export const byteAlphabetInverse = (): Int16Array => {
  if (!bytes) {
    bytes = new Int16Array(0x144).fill(-1);
    for (const [byte, char] of byteAlphabet().entries()) bytes[char.charCodeAt(0)] = byte;
  }
  return bytes;
};
let bytes: Int16Array | undefined;

/** The byte of a UTF-16 unit in the byte alphabet; -1 if it has none. */
export const byteOfUnit = (unit: number): number => byteAlphabetInverse()[unit] ?? -1;

const encoder = /*#__PURE__*/ new TextEncoder();

/** The UTF-8 bytes of a text, written in the byte alphabet. */
export function toByteAlphabet(text: string): string {
  const chars = byteAlphabet();
  let output = '';
  for (const byte of encoder.encode(text)) output += chars[byte];
  return output;
}
