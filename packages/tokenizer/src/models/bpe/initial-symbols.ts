import { byteAlphabet } from '../../text/byte-alphabet.js';
import { utf8Length, writeUtf8 } from '../../text/unicode.js';
import { byteTokenIds, missing } from '../byte-token-ids.js';
import type { Vocabulary } from '../vocabulary.js';
import type { Symbols } from './merge.js';

/** The rules that turn single characters into symbols. */
export interface SymbolRules {
  /** A prefix of every character of a word but the first. */
  readonly prefix: string;
  /** A suffix of the last character of a word. */
  readonly suffix: string;
  /** The id of an unknown character. Without it, unknown characters are dropped. */
  readonly unknownId: number | undefined;
  /** Whether neighbouring unknown characters become one token. */
  readonly fuseUnknown: boolean;
  /** Whether an unknown character becomes the tokens `<0x..>` of its bytes, if the vocabulary has all of them. */
  readonly byteFallback: boolean;
}

const buffer = /*#__PURE__*/ new Uint8Array(4);

/** Writes the symbols of a pre-token before any merge. */
export class InitialSymbols {
  /** Ids of the single bytes in four tables: (not first, first in the word) × (not last, last). */
  readonly #byteIds: readonly Int32Array[];
  readonly #fallback: readonly number[] | undefined;
  #unknownBytes = 0;

  constructor(
    readonly vocabulary: Vocabulary,
    readonly rules: SymbolRules,
  ) {
    const { prefix, suffix } = rules;
    const tables = (after: string) =>
      [prefix, ''].map(before =>
        Int32Array.from(byteAlphabet(), char => vocabulary.id(before + char + after) ?? missing),
      );
    const inside = tables('');
    this.#byteIds = [...inside, ...(suffix === '' ? inside : tables(suffix))];
    this.#fallback = rules.byteFallback ? byteTokenIds(vocabulary) : undefined;
  }

  /** Adds the UTF-8 bytes of `text[start, end)`, each as a character of the byte alphabet. */
  fromBytes(text: string, start: number, end: number, symbols: Symbols): void {
    const tables = this.#byteIds;
    this.#unknownBytes = 0;
    for (let at = start; at < end; ) {
      const code = text.codePointAt(at)!;
      const next = at + (code > 0xffff ? 2 : 1);
      const count = writeUtf8(code, buffer, 0);
      for (let index = 0; index < count; index++) {
        const isFirst = at === start && index === 0 ? 1 : 0;
        const isLast = next === end && index === count - 1 ? 2 : 0;
        const byte = buffer[index]!;
        const id = tables[isFirst + isLast]![byte]!;
        if (id !== missing) this.#pushKnown(id, 1, symbols);
        else this.#unknown(byteAlphabet()[byte]!, 1, isFirst === 1, isLast === 2, symbols);
      }
      at = next;
    }
    this.#flushUnknown(symbols);
  }

  /** Adds the characters of `text[start, end)`. */
  fromCharacters(text: string, start: number, end: number, symbols: Symbols): void {
    const { prefix, suffix } = this.rules;
    this.#unknownBytes = 0;
    for (let at = start; at < end; ) {
      const code = text.codePointAt(at)!;
      const next = at + (code > 0xffff ? 2 : 1);
      const char = text.slice(at, next);
      const id = this.vocabulary.id(`${at > start ? prefix : ''}${char}${next === end ? suffix : ''}`);
      if (id !== undefined) this.#pushKnown(id, utf8Length(code), symbols);
      else this.#unknown(char, utf8Length(code), at === start, next === end, symbols);
      at = next;
    }
    this.#flushUnknown(symbols);
  }

  #pushKnown(id: number, length: number, symbols: Symbols): void {
    if (this.#unknownBytes > 0) this.#flushUnknown(symbols);
    symbols.push(id, length);
  }

  /**
   * Byte tokens do not end a run of unknown characters: the run is written before the next known character, as in the
   * reference.
   */
  #unknown(char: string, length: number, isFirst: boolean, isLast: boolean, symbols: Symbols): void {
    const { prefix, suffix, unknownId, fuseUnknown } = this.rules;
    if (this.#fallback) {
      const text = `${isFirst ? '' : prefix}${char}${isLast ? suffix : ''}`;
      const ids = [...new TextEncoder().encode(text)].map(byte => this.#fallback![byte]!);
      if (!ids.includes(missing)) {
        for (const id of ids) symbols.push(id, 1);
        return;
      }
    }
    if (unknownId === undefined) return;
    if (!fuseUnknown) this.#flushUnknown(symbols);
    this.#unknownBytes += length;
  }

  #flushUnknown(symbols: Symbols): void {
    if (this.#unknownBytes > 0) symbols.push(this.rules.unknownId!, this.#unknownBytes);
    this.#unknownBytes = 0;
  }
}
