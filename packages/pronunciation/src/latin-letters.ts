/** Letters that no decomposition turns into those from a to z. */
const letters: Readonly<Record<string, string>> = {
  ...{ ß: 'ss', æ: 'ae', œ: 'oe', ø: 'o', đ: 'd', ð: 'th', þ: 'th', ł: 'l', ħ: 'h', ı: 'i', ŋ: 'ng', ſ: 's' },
};

/**
 * A word in small letters from a to z and apostrophes, its accents left out: "Crème’s" → "creme's"; undefined if it has
 * letters of another script.
 */
export function latinLetters(word: string): string | undefined {
  const plain = word
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('’', "'")
    .replace(/[^a-z']/gu, letter => letters[letter] ?? letter);
  return /^[a-z][a-z']*$/.test(plain) ? plain : undefined;
}
