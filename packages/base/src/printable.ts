/**
 * A text as it may be shown on a terminal. What a terminal would obey instead of showing it, and a file may hold to deceive who reads it, becomes an escape such
 * as `\u001b`: control characters (C0 but for line breaks and tabs, DEL, C1) and overrides of the direction of writing.
 */
export function printable(text: string): string {
  const obeyed = /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu;
  return text.replace(obeyed, character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
