/** Letters with marks that have no decomposition. */
const plainLetters: Readonly<Record<string, string>> = {
  œ: 'oe',
  Œ: 'OE',
  ø: 'o',
  Ø: 'O',
  æ: 'ae',
  Æ: 'AE',
  ß: 'ss',
  ẞ: 'SS',
  đ: 'd',
  Đ: 'D',
  ð: 'd',
  Ð: 'D',
  þ: 'th',
  Þ: 'th',
  ł: 'l',
  Ł: 'L',
};

/** Drops the marks of letters; other marks, symbols and punctuation become spaces, but those in `kept`. */
export function withoutDiacritics(text: string, kept = ''): string {
  const plain = (character: string) => {
    if (kept.includes(character)) return character;
    if (Object.hasOwn(plainLetters, character)) return plainLetters[character]!;
    if (/^\p{Mn}$/u.test(character)) return '';
    return symbol.test(character) ? ' ' : character;
  };
  return Array.from(text.normalize('NFKD'), plain).join('');
}

/** Marks, symbols and punctuation become spaces; letters keep what belongs to them. */
export function withoutSymbols(text: string): string {
  return Array.from(text.normalize('NFKC'), character => (symbol.test(character) ? ' ' : character)).join('');
}

const symbol = /^[\p{M}\p{S}\p{P}]$/u;

/** A text in lower case without what is in brackets. */
export function withoutBrackets(text: string): string {
  return text
    .toLowerCase()
    .replace(/[<[][^>\]]*[>\]]/gu, '')
    .replace(/\(([^)]+?)\)/gu, '');
}

/**
 * The basic normalizer of Whisper, for any language: lower case, nothing in brackets, a space for each symbol, one
 * space for each run of spaces.
 */
export function normalizeBasic(text: string, { diacritics = true }: { readonly diacritics?: boolean } = {}): string {
  const clean = diacritics ? withoutSymbols : (value: string) => withoutDiacritics(value);
  return clean(withoutBrackets(text)).toLowerCase().replace(/\s+/gu, ' ');
}
