import { AlignedText } from '../aligned-text.js';
import type { Normalizer } from '../normalizers/normalizer.js';
import { apart, gap, run } from './kinds.js';
import type { Stage } from './pre-tokenizer.js';

/**
 * What is done with a character, and from `joins` on: it joins neighbours of the same number. Below `ends` more must be known than the table says. An entry is such a
 * number and, shifted by 8, the code point that is written.
 */
export const [unknown, drops, several, depends, ends, stands, begins, joins] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** So many characters with several entries are remembered. */
const mostLists = 1 << 12;

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

  /** The entries of the character that begins at a unit. */
  entriesAt(units: Uint16Array, at: number): readonly number[] {
    const unit = units[at]!;
    const code = (unit & 0xfc00) === 0xd800 ? ((unit & 0x3ff) << 10) + (units[at + 1]! & 0x3ff) + 0x10000 : unit;
    const known = this.#lists.get(code);
    if (known) return known;
    const list = this.#work(String.fromCodePoint(code));
    const isOne = list.length === 1 && list[0]! >>> 8 < 0x10000 && code < 0x10000;
    if (code < 0x10000) this.units[code] = isOne ? list[0]! : several;
    if (isOne) return list;
    if (this.#lists.size >= mostLists) this.#lists.clear();
    this.#lists.set(code, list);
    return list;
  }

  #work(char: string): readonly number[] {
    const normalizer = this.#normalizer;
    if (!normalizer) return [this.#entryOf(char)];
    if (!normalizer.standsAlone!(char)) return [depends];
    const normal = new AlignedText(char, false);
    normalizer(normal);
    const list = Array.from(normal.text, this.#entryOf);
    const isStanding = (index: number) => ((list[index] ?? 0) & 255) === stands;
    const needed = list.filter((_, index) => !isEnd(list[index]!) || !(isStanding(index - 1) || isStanding(index + 1)));
    return needed.length === 0 ? [drops] : needed;
  }
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
