/**
 * Escapes the characters of a text that a terminal would interpret, and that a file could use to deceive its reader, as
 * `\u001b`: control characters (C0 except line breaks and tabs, DEL, C1) and bidirectional overrides.
 */
export function printable(text: string): string {
  return text.replace(
    /(?![\n\t])\p{Cc}|[\u202a-\u202e\u2066-\u2069]/gu,
    character => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
