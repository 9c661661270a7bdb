/**
 * The 256 printable characters that stand for bytes in byte-level vocabularies: printable Latin-1 for itself, every
 * other byte for a character from U+0100 on, in order (Radford et al. 2019, the vocabulary of GPT-2).
 */
export const byteAlphabet = (): readonly string[] => {
  alphabet ??= Array.from({ length: 256 }, (_, byte) => byte).reduce<string[]>((chars, byte) => {
    const printable = (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte !== 0xad);
    chars.push(String.fromCharCode(printable ? byte : 0x100 + unprintableBelow(byte)));
    return chars;
  }, []);
  return alphabet;
};
let alphabet: readonly string[] | undefined;

/** How many bytes below `byte` are not printable. */
const unprintableBelow = (byte: number) => (byte <= 0x20 ? byte : byte <= 0xa0 ? byte - 0x7f + 0x21 : 0x43);

/** Per UTF-16 unit below 0x144 the byte that it stands for in the byte alphabet; -1 where it stands for none. */
export const byteAlphabetInverse = (): Int16Array => {
  if (!bytes) {
    bytes = new Int16Array(0x144).fill(-1);
    for (const [byte, char] of byteAlphabet().entries()) bytes[char.charCodeAt(0)] = byte;
  }
  return bytes;
};
let bytes: Int16Array | undefined;

/** The byte that a UTF-16 unit stands for in the byte alphabet; -1 where it stands for none. */
export const byteOfUnit = (unit: number): number => byteAlphabetInverse()[unit] ?? -1;

const encoder = /*#__PURE__*/ new TextEncoder();

/** The text with each of its UTF-8 bytes written in the byte alphabet. */
export function toByteAlphabet(text: string): string {
  const chars = byteAlphabet();
  let output = '';
  for (const byte of encoder.encode(text)) output += chars[byte];
  return output;
}
