import type { Scheduler } from '../../../training/scheduler.js';
import type { Corpus } from './corpus.js';
import { indices, orderBy } from './order-by.js';
import { none, type Pieces, unknown } from './pieces.js';
import { commonLength, sortSuffixes } from './sort-suffixes.js';

/**
 * The initial pieces: all characters with their counts, then substrings of 2 to `longest` characters that occur at
 * least twice in the words (each word counted once) and are followed by different characters, sorted by how much they
 * cover. They are the inner nodes of the suffix tree of the words (Kudo 2018), computed from a sorted list of suffixes.
 */
export async function seedPieces(
  corpus: Corpus,
  longest: number,
  maxPieces: number,
  scheduler: Scheduler,
): Promise<Pieces> {
  const rest = () => scheduler.reportAndYield('seeds', 0, 1);
  const { text } = corpus;
  const suffixes = indices(text.length).filter(place => text[place] !== 0);
  for (const _ of sortSuffixes(text, suffixes, longest + 1)) if (scheduler.shouldYield) await rest();
  const selected = characters(corpus, suffixes);
  const intervals: SuffixIntervals = { from: [], to: [], length: [], score: [] };
  for (const _ of substrings(text, suffixes, longest, intervals)) if (scheduler.shouldYield) await rest();
  const byText = orderBy(
    Float64Array.from(intervals.from, from => -from),
    indices(intervals.from.length),
  );
  await rest();
  const byScore = orderBy(
    Float64Array.from(intervals.score, score => -score),
    byText,
  );
  await rest();
  for (const index of byScore.subarray(0, Math.max(0, maxPieces - selected.from.length)))
    addInterval(selected, intervals, index);
  return piecesOf(corpus, suffixes, selected);
}

/**
 * Ranges `[from, to)` of sorted suffixes that share their first `length` characters: a substring and all its
 * occurrences.
 */
interface SuffixIntervals {
  readonly from: number[];
  readonly to: number[];
  readonly length: number[];
  readonly score: number[];
}

function addInterval(selected: SuffixIntervals, { from, to, length, score }: SuffixIntervals, index: number): void {
  selected.from.push(from[index]!);
  selected.to.push(to[index]!);
  selected.length.push(length[index]!);
  selected.score.push(score[index]!);
}

/**
 * The characters of the words, the most frequent first, and among equally frequent ones the higher code point first.
 */
function characters({ text, starts, ends, times }: Corpus, suffixes: Int32Array): SuffixIntervals {
  const counts = new Map<number, number>();
  for (const [word, start] of starts.entries()) {
    for (let at = start; at < ends[word]!; at++) counts.set(text[at]!, (counts.get(text[at]!) ?? 0) + times[word]!);
  }
  const all: SuffixIntervals = { from: [], to: [], length: [], score: [] };
  for (let from = 0, to = 0; from < suffixes.length; from = to) {
    const code = text[suffixes[from]!]!;
    while (to < suffixes.length && text[suffixes[to]!] === code) to++;
    addInterval(all, { from: [from], to: [to], length: [1], score: [counts.get(code)!] }, 0);
  }
  const sorted: SuffixIntervals = { from: [], to: [], length: [], score: [] };
  const order = indices(all.from.length).reverse(); // the higher code points first
  for (const index of orderBy(
    Float64Array.from(all.score, score => -score),
    order,
  ))
    addInterval(sorted, all, index);
  return sorted;
}

/** Finds the inner nodes: maximal ranges of suffixes with a common prefix. Yields regularly. */
function* substrings(
  text: Int32Array,
  suffixes: Int32Array,
  longest: number,
  intervals: SuffixIntervals,
): Generator<void> {
  const [froms, lengths]: [number[], number[]] = [[], []]; // of the open ranges
  for (let to = 1; to <= suffixes.length; to++) {
    const shared = to < suffixes.length ? commonLength(text, suffixes[to - 1]!, suffixes[to]!, longest + 1) : 0;
    let from = to - 1;
    while (lengths.length > 0 && lengths.at(-1)! > shared) {
      const length = lengths.pop()!;
      from = froms.pop()!;
      if (length < 2 || length > longest) continue;
      intervals.from.push(from);
      intervals.to.push(to);
      intervals.length.push(length);
      intervals.score.push((to - from) * length);
    }
    if ((lengths.at(-1) ?? 0) < shared) {
      froms.push(from);
      lengths.push(shared);
    }
    if ((to & 0xffff) === 0) yield;
  }
}

/** The pieces of intervals, in their order, after the unknown piece. */
function piecesOf(
  { text, starts, ends }: Corpus,
  suffixes: Int32Array,
  { from, to, length, score }: SuffixIntervals,
): Pieces {
  const count = from.length + 1;
  const offsets = new Int32Array(count);
  const lengths = new Int32Array(count).fill(1, 0, 1);
  const properPrefix = new Int32Array(count).fill(none);
  const scores = new Float64Array(count).fill(Number.NaN, 0, 1);
  const sum = Math.log(score.reduce((total, each) => total + each, 0));
  const bySuffix = new Int32Array(suffixes.length).fill(unknown);
  // Shorter pieces first: the entry of an interval is then the longest proper prefix of its piece.
  for (const index of orderBy(Float64Array.from(length), indices(from.length))) {
    const id = index + 1;
    const first = from[index]!;
    offsets[id] = suffixes[first]!;
    lengths[id] = length[index]!;
    scores[id] = Math.log(score[index]!) - sum;
    if (length[index]! > 1) properPrefix[id] = bySuffix[first]!;
    bySuffix.fill(id, first, to[index]!);
  }
  const longest = new Int32Array(text.length).fill(none);
  for (const [word, start] of starts.entries()) longest.fill(unknown, start, ends[word]!);
  for (let index = 0; index < suffixes.length; index++) longest[suffixes[index]!] = bySuffix[index]!;
  return { offsets, lengths, scores, properPrefix, longest };
}
