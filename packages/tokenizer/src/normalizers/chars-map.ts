import { failFile } from '../errors.js';
import { unitsAt, writeUtf8 } from '../text/unicode.js';

/**
 * The replacement table of a SentencePiece model: the size of a double-array trie, the trie (32-bit units, little
 * endian: label in bits 0 to 7, has-leaf in bit 8, offset in bits 10 to 30, shifted by 8 if bit 9 is set), then the
 * replacements as UTF-8 texts that end in NUL. A leaf holds the offset of its replacement.
 */
export class CharsMap {
  readonly #units: DataView;
  readonly #count: number;
  readonly #texts: Uint8Array;
  readonly #cache = new Map<string, string | undefined>();

  constructor(bytes: Uint8Array, where: string) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const size = bytes.length >= 4 ? view.getUint32(0, true) : 0;
    if (size < 4 || size % 4 !== 0 || size > bytes.length - 4) {
      failFile(`${where} says that its trie has ${size} bytes, ${Math.max(0, bytes.length - 4)} follow`);
    }
    this.#units = new DataView(bytes.buffer, bytes.byteOffset + 4, size);
    this.#count = size / 4;
    this.#texts = bytes.subarray(4 + size);
  }

  /** The replacement of `text`: the rule of its shortest prefix that has one, as in the reference. */
  replacement(text: string): string | undefined {
    if (this.#cache.has(text)) return this.#cache.get(text);
    const replacement = this.#find(new TextEncoder().encode(text));
    if (this.#cache.size >= 4096) this.#cache.clear();
    this.#cache.set(text, replacement);
    return replacement;
  }

  /** Whether a rule matches at any character of `text[from, to)`. */
  hasRuleIn(text: string, from: number, to: number): boolean {
    for (let at = from; at < to; at += unitsAt(text, at)) if (this.#standsAt(text, at, to)) return true;
    return false;
  }

  #standsAt(text: string, at: number, end: number): boolean {
    let node = offsetOf(this.#unit(0));
    for (; at < end; at += unitsAt(text, at)) {
      const length = writeUtf8(text.codePointAt(at)!, buffer, 0);
      for (let index = 0; index < length; index++) {
        node ^= buffer[index]!;
        const unit = this.#unit(node);
        if ((unit & 0x800000ff) !== buffer[index]) return false;
        node ^= offsetOf(unit);
        if (unit & 0x100) return true;
      }
    }
    return false;
  }

  /**
   * The longest rule that matches `text` at `at`, as in the SentencePiece library: its length in units and its
   * replacement.
   */
  longestMatch(text: string, at: number): { readonly units: number; readonly replacement: string } | undefined {
    let node = offsetOf(this.#unit(0));
    let units = 0;
    let replacementOffset = 0;
    for (let to = at; to < Math.min(text.length, at + maxRuleLength); ) {
      const code = text.codePointAt(to)!;
      to += code > 0xffff ? 2 : 1;
      const length = writeUtf8(code, buffer, 0);
      for (let index = 0; index < length; index++) {
        node ^= buffer[index]!;
        const unit = this.#unit(node);
        if ((unit & 0x800000ff) !== buffer[index])
          return units === 0 ? undefined : { units, replacement: this.#text(replacementOffset) };
        node ^= offsetOf(unit);
        if (unit & 0x100 && index === length - 1) [units, replacementOffset] = [to - at, this.#unit(node) & 0x7fffffff];
      }
    }
    return units === 0 ? undefined : { units, replacement: this.#text(replacementOffset) };
  }

  /** Whether any rule starts with this code point. */
  isRulePrefix(code: number): boolean {
    const length = writeUtf8(code, buffer, 0);
    let node = offsetOf(this.#unit(0));
    for (let index = 0; index < length; index++) {
      node ^= buffer[index]!;
      const unit = this.#unit(node);
      if ((unit & 0x800000ff) !== buffer[index]) return false;
      node ^= offsetOf(unit);
    }
    return true;
  }

  #find(key: Uint8Array): string | undefined {
    let node = offsetOf(this.#unit(0));
    for (const byte of key) {
      if (byte === 0) return undefined;
      node ^= byte;
      const unit = this.#unit(node);
      if ((unit & 0x800000ff) !== byte) return undefined;
      node ^= offsetOf(unit);
      if (unit & 0x100) return this.#text(this.#unit(node) & 0x7fffffff);
    }
    return undefined;
  }

  /** A unit out of range has a label that matches no byte. */
  #unit(index: number): number {
    return index < this.#count ? this.#units.getInt32(index * 4, true) : -1;
  }

  #text(from: number): string {
    const end = this.#texts.indexOf(0, from);
    const length = (end === -1 ? this.#texts.length : end) - from;
    if (length > maxReplacementBytes)
      failFile(`precompiled_charsmap replaces a character by ${length} bytes; ${maxReplacementBytes} would fit`);
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      this.#texts.subarray(from, end === -1 ? undefined : end),
    );
  }
}

/** Rules have a few characters. Longer rules are ignored, whatever a file contains. */
const maxRuleLength = 256;

/** The longest known replacement has 33 bytes. */
const maxReplacementBytes = 1024;

const buffer = /*#__PURE__*/ new Uint8Array(4);

const offsetOf = (unit: number) => (unit >>> 10) << ((unit & 0x200) >>> 6);
