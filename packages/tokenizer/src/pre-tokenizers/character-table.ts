import { type Normalizer, normalizeText } from '../normalizers/normalizer.js';
import { contiguous, isolated, removed } from './character-classes.js';
import type { Stage } from './pre-tokenizer.js';

/**
 * The actions for a character. From `joinsRun` on, the character joins neighbours with the same action; below
 * `endsPreToken`, the table alone does not suffice. An entry is an action plus the code point to write, shifted by 8
 * bits.
 */
export const [unresolved, drop, multiple, contextual, endsPreToken, ownPreToken, startsPreToken, joinsRun] = [
  0, 1, 2, 3, 4, 5, 6, 7,
] as const;
/** The maximum number of cached characters with several entries. */
const maxLists = 1 << 12;
/** A character that normalizers leave unchanged. */
const separator = '0';

/**
 * The results of the stages, and of the normalizer before them, for each character by itself. They are computed when a
 * character first occurs, by the stages and the normalizer themselves.
 */
export class CharacterTable {
  /** Entries by UTF-16 unit: `unresolved` until the character occurs, `multiple` if `entriesAt` has them. */
  readonly units = new Int32Array(0x10000).fill(multiple, 0xd800, 0xe000);
  readonly #entryOf: (char: string) => number;
  readonly #normalizer: Normalizer | undefined;
  readonly #lists = new Map<number, readonly number[]>();

  constructor(stages: readonly Stage[], symbol: string | undefined, normalizer: Normalizer | undefined) {
    this.#entryOf = char => entryOf(char, stages, symbol);
    this.#normalizer = normalizer;
  }

  /** The entries of the character at a unit of a text that ends at `end`. */
  entriesAt(units: Uint16Array, at: number, end: number): readonly number[] {
    const unit = units[at]!;
    if (this.units[unit] === unresolved) this.#resolve(units, at, end);
    if (this.units[unit] !== multiple) return [this.units[unit]!];
    const code = (unit & 0xfc00) === 0xd800 ? ((unit & 0x3ff) << 10) + (units[at + 1]! & 0x3ff) + 0x10000 : unit;
    return this.#lists.get(code) ?? this.#compute([code])[0]!;
  }

  /** Computes the entries of all characters of a text that have not occurred before. */
  #resolve(units: Uint16Array, from: number, end: number): void {
    const codes: number[] = [];
    for (let at = from; at < end; at++) {
      if (this.units[units[at]!] !== unresolved) continue;
      this.units[units[at]!] = multiple;
      codes.push(units[at]!);
    }
    this.#compute(codes);
  }

  /** Computes and stores the entries of characters. */
  #compute(codes: readonly number[]): (readonly number[])[] {
    const chars = codes.map(code => String.fromCodePoint(code));
    const normalizer = this.#normalizer;
    const alone = normalizer ? chars.filter(char => normalizer.isContextFree!(char)) : chars;
    const texts = new Map(normalizer ? normalizeEach(alone, normalizer) : chars.map(char => [char, char]));
    return codes.map((code, index) => this.#store(code, this.#entriesOf(texts.get(chars[index]!))));
  }

  #store(code: number, list: readonly number[]): readonly number[] {
    const isOne = list.length === 1 && list[0]! >>> 8 < 0x10000 && code < 0x10000;
    if (isOne) this.units[code] = list[0]!;
    else {
      if (this.#lists.size >= maxLists) this.#lists.clear();
      this.#lists.set(code, list);
    }
    return list;
  }

  /** The entries of the normalized character; undefined means that its neighbours must be known. */
  #entriesOf(text: string | undefined): readonly number[] {
    if (text === undefined) return [contextual];
    const list = Array.from(text, this.#entryOf);
    const isStanding = (index: number) => ((list[index] ?? 0) & 255) === ownPreToken;
    const needed = list.filter((_, index) => !isEnd(list[index]!) || !(isStanding(index - 1) || isStanding(index + 1)));
    return needed.length === 0 ? [drop] : needed;
  }
}

/**
 * Normalizes context-free characters: all in one text with a separator between them, which takes hardly longer than one
 * character, or each by itself.
 */
function normalizeEach(chars: readonly string[], normalizer: Normalizer): [char: string, normal: string][] {
  const together = normalizeText(separator + chars.join(separator) + separator, normalizer)
    .split(separator)
    .slice(1, -1);
  return chars.map((char, index) => [
    char,
    together.length === chars.length ? together[index]! : normalizeText(char, normalizer),
  ]);
}

const isEnd = (entry: number) => (entry & 255) === endsPreToken;

function entryOf(char: string, stages: readonly Stage[], symbol: string | undefined): number {
  const kinds = stages.map(({ classify }) => classify!(char));
  const isSymbol = symbol !== undefined && (char === ' ' || char === symbol);
  const code = isSymbol ? symbol.charCodeAt(0) : char.codePointAt(0)!;
  const action = kinds.includes(removed)
    ? endsPreToken
    : kinds.includes(isolated)
      ? ownPreToken
      : joinsRun + kinds.reduce((number, kind) => number * 2 + kind - contiguous, 0);
  if (!isSymbol || action === endsPreToken) return (code << 8) | action;
  return (code << 8) | (action === joinsRun ? startsPreToken : contextual);
}
