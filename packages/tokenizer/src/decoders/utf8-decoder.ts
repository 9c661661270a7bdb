/**
 * Decodes UTF-8 one byte at a time. An invalid sequence becomes U+FFFD, one for each maximal valid prefix (Unicode
 * standard, section 3.9, and Encoding standard).
 */
export class Utf8Decoder {
  #code = 0;
  #missing = 0;
  #lowest = 0x80;
  #highest = 0xbf;

  /** Whether no character is incomplete. */
  get isAtBoundary(): boolean {
    return this.#missing === 0;
  }

  /** Takes a byte and returns the text that it completes, often none. */
  push(byte: number): string {
    if (this.#missing === 0) return this.#first(byte);
    if (byte < this.#lowest || byte > this.#highest) {
      this.#missing = 0;
      return `\uFFFD${this.#first(byte)}`;
    }
    this.#lowest = 0x80;
    this.#highest = 0xbf;
    this.#code = (this.#code << 6) | (byte & 63);
    this.#missing--;
    return this.#missing === 0 ? String.fromCodePoint(this.#code) : '';
  }

  /** Ends the text. An incomplete character becomes U+FFFD. */
  finish(): string {
    const text = this.#missing > 0 ? '\uFFFD' : '';
    this.#missing = 0;
    return text;
  }

  #first(byte: number): string {
    if (byte < 0x80) return String.fromCharCode(byte);
    if (byte < 0xc2 || byte > 0xf4) return '\uFFFD';
    this.#missing = byte < 0xe0 ? 1 : byte < 0xf0 ? 2 : 3;
    this.#code = byte & (0x3f >> this.#missing);
    // The second byte reveals overlong forms, surrogates and code points above U+10FFFF.
    this.#lowest = byte === 0xe0 ? 0xa0 : byte === 0xf0 ? 0x90 : 0x80;
    this.#highest = byte === 0xed ? 0x9f : byte === 0xf4 ? 0x8f : 0xbf;
    return '';
  }
}
