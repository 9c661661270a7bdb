/** Letters that fold to a letter from which neither upper nor lower case leads back to them. */
const extraFolds: { readonly [folded: string]: string } = {
  s: '\u017f',
  k: '\u212a',
  å: '\u212b',
  ß: '\u1e9e',
  ṡ: '\u1e9b',
  β: '\u03d0',
  ε: '\u03f5',
  θ: '\u03d1\u03f4',
  ι: '\u0345\u1fbe',
  κ: '\u03f0',
  μ: '\u00b5',
  π: '\u03d6',
  ρ: '\u03f1',
  σ: '\u03c2',
  φ: '\u03d5',
  ω: '\u2126',
  в: '\u1c80',
  д: '\u1c81',
  о: '\u1c82',
  с: '\u1c83',
  т: '\u1c84\u1c85',
  ъ: '\u1c86',
  ѣ: '\u1c87',
  ꙋ: '\u1c88',
};
/** The possible distances between a letter and its title case, for which there is no function. */
const titleSteps = [-1, 1, 8, 9];

/** All single characters that equal `char` if case is ignored, starting with itself. */
export function foldedCharacters(char: string): string[] {
  if (char === 'ı') return [char]; // its upper case is that of i, which it does not equal
  const lower = char.toLowerCase();
  const upper = char.toUpperCase();
  const folded = upper.toLowerCase();
  const candidates = [
    char,
    lower,
    upper,
    lower.toUpperCase(),
    folded,
    ...(extraFolds[lower] ?? ''),
    ...(extraFolds[folded] ?? ''),
  ];
  return [...new Set([...candidates, ...titleCaseVariants(char)])].filter(candidate => [...candidate].length === 1);
}

function titleCaseVariants(char: string): string[] {
  const code = char.codePointAt(0)!;
  if (code < 0x100 || code > 0x2000) return [];
  return titleSteps
    .map(step => String.fromCodePoint(code + step))
    .filter(near => near.toLowerCase() === char.toLowerCase());
}

/** A pattern for a character, and for its other cases if case is ignored. */
export function literal(char: string, ignoreCase: boolean): string {
  if (ignoreCase) return caseVariants(char);
  return /[\\^$.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char;
}

/** A class of all characters that equal `char` if case is ignored, or `char` alone. */
function caseVariants(char: string): string {
  const variants = foldedCharacters(char);
  return variants.length === 1 ? escapeCharacter(char) : `[${variants.map(escapeCharacter).join('')}]`;
}

/** A character, escaped so that it may appear anywhere in a regular expression. */
export const escapeCharacter = (char: string): string =>
  /[\p{L}\p{N}]/u.test(char) ? char : `\\u{${char.codePointAt(0)!.toString(16)}}`;
