import { root, Trie } from '../../models/trie.js';
import { unitsAt } from '../../unicode.js';
import type { Piece } from './seeds.js';

/** The id of what no piece covers. */
export const unknown = 0;
/** How much worse than the worst piece an unknown character is. */
const unknownPenalty = 10;

/** All ways to cut a word into pieces; ids are places in the list of pieces, of which the first is the unknown one. */
export class Lattice {
  readonly #trie: Trie;
  #unknownScore = 0;
  #count = 0;
  #begins = new Int32Array(256);
  #ends = new Int32Array(256);
  #ids = new Int32Array(256);
  /** By place in the word. */
  #before = new Float64Array(64);
  #after = new Float64Array(64);
  #best = new Int32Array(64);

  /** The scores of the pieces; those whose score is -Infinity do not count. */
  readonly scores: Float64Array;

  constructor(pieces: readonly Piece[]) {
    this.#trie = new Trie(pieces.flatMap(([text], id) => (id === unknown ? [] : [[text, id] as const])));
    this.scores = Float64Array.from(pieces, ([, score]) => score);
    this.rescored();
  }

  /** To be called when scores have been changed. */
  rescored(): void {
    let worst = Number.POSITIVE_INFINITY;
    for (const score of this.scores) if (score < worst && score !== Number.NEGATIVE_INFINITY) worst = score;
    this.#unknownScore = worst - unknownPenalty;
  }

  /** Finds the pieces of a word. Those that begin at one place stand together, the places ascend. */
  read(word: string): void {
    const { scores } = this;
    this.#count = 0;
    for (let begin = 0; begin < word.length; ) {
      const width = unitsAt(word, begin);
      let isKnown = false;
      let node = root;
      for (let end = begin; end < word.length; ) {
        node = this.#trie.step(node, word.charCodeAt(end++));
        if (node < 0) break;
        const id = this.#trie.idAt(node);
        if (id < 0 || scores[id] === Number.NEGATIVE_INFINITY) continue;
        this.#push(begin, end, id);
        isKnown ||= end - begin === width;
      }
      if (!isKnown) this.#push(begin, begin + width, unknown);
      begin += width;
    }
    if (this.#before.length <= word.length) {
      this.#before = new Float64Array(word.length * 2);
      this.#after = new Float64Array(word.length * 2);
      this.#best = new Int32Array(word.length * 2);
    }
  }

  /**
   * Adds to `expected`, for each piece, how often it is expected in a word of `length` that occurs `times` (forward-backward
   * algorithm); returns the log-likelihood of the word.
   */
  expect(length: number, times: number, expected: Float64Array): number {
    const [before, after] = [this.#before.fill(-Infinity, 0, length + 1), this.#after.fill(-Infinity, 0, length + 1)];
    before[0] = 0;
    for (let node = 0; node < this.#count; node++) {
      const end = this.#ends[node]!;
      before[end] = logSum(before[end]!, before[this.#begins[node]!]! + this.#score(node));
    }
    after[length] = 0;
    for (let node = this.#count - 1; node >= 0; node--) {
      const begin = this.#begins[node]!;
      after[begin] = logSum(after[begin]!, after[this.#ends[node]!]! + this.#score(node));
    }
    const whole = before[length]!;
    for (let node = 0; node < this.#count; node++) {
      const share = before[this.#begins[node]!]! + this.#score(node) + after[this.#ends[node]!]! - whole;
      expected[this.#ids[node]!]! += times * Math.exp(share);
    }
    return whole;
  }

  /** The best way through a word of `length`, last piece first; with `isCut` the best of those with more than one piece. */
  best(length: number, isCut = false): number[] {
    const scores = this.#before.fill(-Infinity, 0, length + 1);
    scores[0] = 0;
    for (let node = 0; node < this.#count; node++) {
      const [begin, end] = [this.#begins[node]!, this.#ends[node]!];
      if (isCut && begin === 0 && end === length) continue;
      const score = scores[begin]! + this.#score(node);
      if (score <= scores[end]!) continue;
      scores[end] = score;
      this.#best[end] = node;
    }
    if (scores[length] === -Infinity) return [];
    const ids: number[] = [];
    for (let at = length; at > 0; at = this.#begins[this.#best[at]!]!) ids.push(this.#ids[this.#best[at]!]!);
    return ids;
  }

  #score(node: number): number {
    const id = this.#ids[node]!;
    return id === unknown ? this.#unknownScore : this.scores[id]!;
  }

  #push(begin: number, end: number, id: number): void {
    if (this.#count === this.#ids.length) {
      this.#begins = doubled(this.#begins);
      this.#ends = doubled(this.#ends);
      this.#ids = doubled(this.#ids);
    }
    this.#begins[this.#count] = begin;
    this.#ends[this.#count] = end;
    this.#ids[this.#count++] = id;
  }
}

function doubled(values: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(values.length * 2);
  larger.set(values);
  return larger;
}

/** log(exp(a) + exp(b)). */
function logSum(a: number, b: number): number {
  if (a < b) return b + (a === -Infinity ? 0 : Math.log1p(Math.exp(a - b)));
  return a + (b === -Infinity ? 0 : Math.log1p(Math.exp(b - a)));
}
