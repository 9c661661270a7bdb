import { AlignedText } from '../aligned-text.js';
import type { PieceReader } from '../models/model.js';
import type { Normalizer } from '../normalizers/normalizer.js';
import { apart, gap, run } from './kinds.js';
import type { PreTokenizer, Reader, Stage } from './pre-tokenizer.js';

/**
 * What is done with a character, and from `joins` on: it joins neighbours of the same number. A table entry is such a number and, shifted by 8, the code
 * point that is written.
 */
const [unknown, drops, ends, stands, begins, several, depends, joins] = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** No piece is open, or one that nothing joins. */
const [none, sealed] = [-1, 255] as const;
/** Longer pieces are left to the usual way. */
const longestPiece = 1 << 14;
/** So many characters with several entries are remembered. */
const mostLists = 1 << 12;
/** Stages tell two kinds of runs each; their numbers must fit an entry. */
const mostStages = 5;

/**
 * The reader of stages that look at each character by itself, the last of which may make spaces visible: a table says what becomes of each character, and one
 * pass over the text writes the pieces. What the table says is what the stages and the normalizer themselves make of the character alone.
 */
export function characterReader(stages: PreTokenizer, normalizer: Normalizer | undefined): Reader | undefined {
  const visible = stages.at(-1)?.visible;
  const kinds = visible ? stages.slice(0, -1) : stages;
  const isRead = kinds.every(({ kindOf }) => kindOf) && kinds.length <= mostStages && visible?.scheme !== 'first';
  return isRead && (visible?.symbol.length ?? 1) === 1 ? new CharacterReader(kinds, visible, normalizer) : undefined;
}

class CharacterReader implements Reader {
  readonly normalizes: boolean;
  readonly #entryOf: (char: string) => number;
  readonly #normalizer: Normalizer | undefined;
  /** By unit; `unknown` until it is met, `several` where the lists have it. */
  readonly #table = new Int32Array(0x10000).fill(several, 0xd800, 0xe000);
  readonly #lists = new Map<number, readonly number[]>();
  /** The piece that is being written; its first unit is the space in front, where there is one. */
  readonly #piece = new Uint16Array(longestPiece + 2);
  readonly #first: number;
  /** Finds the pieces of a normalized ASCII text; undefined where spaces are made visible. */
  readonly #asciiPieces: RegExp | undefined;
  #length = 0;
  /** How many entries of the character where the next piece may begin are used up. */
  #used = 0;

  constructor(stages: readonly Stage[], visible: Stage['visible'], normalizer: Normalizer | undefined) {
    this.normalizes = normalizer?.standsAlone !== undefined;
    this.#normalizer = this.normalizes ? normalizer : undefined;
    this.#entryOf = char => entryOf(char, stages, visible?.symbol);
    this.#first = visible?.scheme === 'always' ? 1 : 0;
    this.#asciiPieces = visible ? undefined : asciiPieces(stages);
    if (visible) this.#piece[0] = visible.symbol.charCodeAt(0);
  }

  read(text: string, model: PieceReader, ids: number[], limit: number): boolean {
    if (this.#asciiPieces && isAscii.test(text)) return this.#readAscii(text, model, ids, limit);
    this.#used = 0;
    for (let at = 0; at < text.length; ) {
      at = this.#readPiece(text, at);
      if (at < 0) return false;
      if (this.#length > 0) model.units(this.#piece, 0, this.#length, ids);
      if (ids.length >= limit) return true;
    }
    return true;
  }

  /** Plain ASCII is left to the platform's own functions, which are fast from the first text on. */
  #readAscii(text: string, model: PieceReader, ids: number[], limit: number): boolean {
    const normal = new AlignedText(text, false);
    this.#normalizer?.(normal);
    model.strings(normal.text.match(this.#asciiPieces!) ?? [], ids, limit);
    return true;
  }

  /** Writes the piece that begins at `at` or behind it; returns where the next may begin, -1 where the text must be read the usual way. */
  #readPiece(text: string, at: number): number {
    const [table, piece] = [this.#table, this.#piece];
    let length = this.#first;
    let open: number = none; // what joins the piece
    this.#length = 0;
    for (; at < text.length && length < longestPiece; at++) {
      const unit = text.charCodeAt(at);
      const entry = table[unit]!;
      if ((entry & 255) === open) {
        piece[length++] = entry >>> 8;
        continue;
      }
      const list = (entry & 255) === unknown || (entry & 255) === several ? this.#listAt(text, at) : undefined;
      for (let index = this.#used; index < (list?.length ?? 1); index++) {
        const next = list ? list[index]! : entry;
        const action = next & 255;
        if (action === depends) return -1;
        if (action === drops) continue;
        if (open !== none && open !== action) {
          this.#used = index;
          this.#length = length;
          return at;
        }
        if (action === ends) continue;
        if (action === begins) length = 0;
        length = write(next >>> 8, piece, length);
        open = action === begins ? joins : action === stands ? sealed : action;
      }
      this.#used = 0;
      if (list && (unit & 0xfc00) === 0xd800) at++;
    }
    if (length >= longestPiece) return -1;
    if (open !== none) this.#length = length;
    return at;
  }

  /** The entries of the character at `at`: looked up, or worked out and kept. */
  #listAt(text: string, at: number): readonly number[] {
    const code = text.codePointAt(at)!;
    const known = this.#lists.get(code);
    if (known) return known;
    const list = this.#work(String.fromCodePoint(code));
    const isOne = list.length === 1 && list[0]! >>> 8 < 0x10000 && code < 0x10000;
    if (code < 0x10000) this.#table[code] = isOne ? list[0]! : several;
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

const isAscii = /^[\t\n\r -~]*$/;

/** Matches the pieces that stages cut ASCII text into. */
function asciiPieces(stages: readonly Stage[]): RegExp {
  const classes = new Map<number, string>();
  for (let code = 0; code < 128; code++) {
    const action = entryOf(String.fromCharCode(code), stages, undefined) & 255;
    if (action !== ends) classes.set(action, `${classes.get(action) ?? ''}\\x${code.toString(16).padStart(2, '0')}`);
  }
  return new RegExp(
    Array.from(classes, ([action, chars]) => `[${chars}]${action === stands ? '' : '+'}`).join('|'),
    'g',
  );
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

function write(code: number, piece: Uint16Array, at: number): number {
  if (code < 0x10000) {
    piece[at] = code;
    return at + 1;
  }
  piece[at] = 0xd7c0 + (code >> 10);
  piece[at + 1] = 0xdc00 | (code & 0x3ff);
  return at + 2;
}
