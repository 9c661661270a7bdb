import { type Normalizer, normalOf } from '../normalizers/normalizer.js';
import { apart, gap, run } from './kinds.js';
import type { Stage } from './pre-tokenizer.js';

/**
 * What is done with a character, and from `joins` on: it joins neighbours of the same number. Below `ends` more must be known than the table says. An entry is such a
 * number and, shifted by 8, the code point that is written.
 */
export const [unknown, drops, several, depends, ends, stands, begins, joins] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** So many characters with several entries are remembered. */
const mostLists = 1 << 12;
/** A sign that normalizers leave as it is. */
const between = '0';

/** What stages, and the normalizer before them, make of each character by itself: worked out when it is met, by themselves. */
export class CharacterTable {
  /** By unit; `unknown` until it is met, `several` where `entriesAt` must be asked. */
  readonly units = new Int32Array(0x10000).fill(several, 0xd800, 0xe000);
  readonly #entryOf: (char: string) => number;
  readonly #normalizer: Normalizer | undefined;
  readonly #lists = new Map<number, readonly number[]>();

  constructor(stages: readonly Stage[], symbol: string | undefined, normalizer: Normalizer | undefined) {
    this.#entryOf = char => entryOf(char, stages, symbol);
    this.#normalizer = normalizer;
  }

  /** The entries of the character that begins at a unit of a text that ends at `end`. */
  entriesAt(units: Uint16Array, at: number, end: number): readonly number[] {
    const unit = units[at]!;
    if (this.units[unit] === unknown) this.#meet(units, at, end);
    if (this.units[unit] !== several) return [this.units[unit]!];
    const code = (unit & 0xfc00) === 0xd800 ? ((unit & 0x3ff) << 10) + (units[at + 1]! & 0x3ff) + 0x10000 : unit;
    return this.#lists.get(code) ?? this.#work([code])[0]!;
  }

  /** Works out all characters that a text brings and that were not met before. */
  #meet(units: Uint16Array, from: number, end: number): void {
    const codes: number[] = [];
    for (let at = from; at < end; at++) {
      if (this.units[units[at]!] !== unknown) continue;
      this.units[units[at]!] = several;
      codes.push(units[at]!);
    }
    this.#work(codes);
  }

  /** The entries of characters, which are kept. */
  #work(codes: readonly number[]): (readonly number[])[] {
    const chars = codes.map(code => String.fromCodePoint(code));
    const normalizer = this.#normalizer;
    const alone = normalizer ? chars.filter(char => normalizer.standsAlone!(char)) : chars;
    const texts = new Map(normalizer ? normalized(alone, normalizer) : chars.map(char => [char, char]));
    return codes.map((code, index) => this.#keep(code, this.#entriesOf(texts.get(chars[index]!))));
  }

  #keep(code: number, list: readonly number[]): readonly number[] {
    const isOne = list.length === 1 && list[0]! >>> 8 < 0x10000 && code < 0x10000;
    if (isOne) this.units[code] = list[0]!;
    else {
      if (this.#lists.size >= mostLists) this.#lists.clear();
      this.#lists.set(code, list);
    }
    return list;
  }

  /** The entries of what becomes of a character; undefined: its neighbours must be known. */
  #entriesOf(text: string | undefined): readonly number[] {
    if (text === undefined) return [depends];
    const list = Array.from(text, this.#entryOf);
    const isStanding = (index: number) => ((list[index] ?? 0) & 255) === stands;
    const needed = list.filter((_, index) => !isEnd(list[index]!) || !(isStanding(index - 1) || isStanding(index + 1)));
    return needed.length === 0 ? [drops] : needed;
  }
}

/** What characters become that stand alone: in one text with a sign between them, as that takes little longer than for one of them, or each by itself. */
function normalized(chars: readonly string[], normalizer: Normalizer): [char: string, normal: string][] {
  const together = normalOf(between + chars.join(between) + between, normalizer)
    .split(between)
    .slice(1, -1);
  return chars.map((char, index) => [
    char,
    together.length === chars.length ? together[index]! : normalOf(char, normalizer),
  ]);
}

const isEnd = (entry: number) => (entry & 255) === ends;

function entryOf(char: string, stages: readonly Stage[], symbol: string | undefined): number {
  const kinds = stages.map(({ kindOf }) => kindOf!(char));
  const isSymbol = symbol !== undefined && (char === ' ' || char === symbol);
  const code = isSymbol ? symbol.charCodeAt(0) : char.codePointAt(0)!;
  const action = kinds.includes(gap)
    ? ends
    : kinds.includes(apart)
      ? stands
      : joins + kinds.reduce((number, kind) => number * 2 + kind - run, 0);
  if (!isSymbol || action === ends) return (code << 8) | action;
  return (code << 8) | (action === joins ? begins : depends);
}
