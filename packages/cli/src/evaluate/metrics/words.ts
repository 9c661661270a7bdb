/** The characters at which Python's `str.split()` splits: white space of Unicode, and the separators of ASCII. */
const space = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';

/** The words of a text, separated by white space. */
export function words(text: string): string[] {
  return text.split(new RegExp(`[${space}]+`)).filter(word => word !== '');
}

/** A text without trailing white space. */
export function withoutEnd(text: string): string {
  return text.replace(new RegExp(`[${space}]+$`), '');
}
