/** Letters that fold to a letter whose upper and lower case does not lead to them. */
const strays: { readonly [folded: string]: string } = {
  s: '\u017f',
  k: '\u212a',
  å: '\u212b',
  ß: '\u1e9e',
  ω: '\u2126',
};

/** All single characters that equal `char` when case is ignored, itself first. */
export function foldedCharacters(char: string): string[] {
  const lower = char.toLowerCase();
  const upper = char.toUpperCase();
  const candidates = [char, lower, upper, lower.toUpperCase(), upper.toLowerCase(), strays[upper.toLowerCase()] ?? ''];
  return [...new Set(candidates)].filter(candidate => [...candidate].length === 1);
}

/** A class of all characters that equal `char` when case is ignored, or `char` alone. */
export function caseVariants(char: string): string {
  const variants = foldedCharacters(char);
  return variants.length === 1 ? escapeCharacter(char) : `[${variants.map(escapeCharacter).join('')}]`;
}

/** A character as it may stand anywhere in a regular expression. */
export const escapeCharacter = (char: string): string =>
  /[\p{L}\p{N}]/u.test(char) ? char : `\\u{${char.codePointAt(0)!.toString(16)}}`;
