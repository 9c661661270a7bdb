import type { Tokenizer } from '../tokenizer.js';
import { preTokensOf } from './pre-tokens.js';

/** The score of an unknown character is this much below the lowest score, as in the model. */
const unknownPenalty = 10;

/** A way to divide a word into tokens. */
export interface Segmentation {
  readonly ids: readonly number[];
  /** The span of the word that each token covers, in UTF-16 units. */
  readonly spans: readonly (readonly [start: number, end: number])[];
  /** The log-probability of each token, and their sum. */
  readonly scores: readonly number[];
  readonly score: number;
}

/** A word and its most probable segmentations. */
export interface SegmentedWord {
  /** The word as the model reads it, after normalization. */
  readonly text: string;
  /** The most probable segmentations, the best one first. */
  readonly segmentations: readonly Segmentation[];
}

/** The best ways so far to an index, as a list from the last token back. */
interface Path {
  readonly score: number;
  readonly end: number;
  readonly id: number;
  readonly last: number;
  readonly before: Path | undefined;
}

/**
 * The `count` most probable segmentations of each word (pre-token) of a text by a Unigram model (Kudo 2018), the first
 * of which is that of `encode`; undefined if the tokenizer is of another kind, or a SentencePiece model. Neighbouring
 * unknown characters are one token; they are not replaced by bytes. Takes quadratic time in the length of a word.
 */
export function segmentations(tokenizer: Tokenizer, text: string, count: number): SegmentedWord[] | undefined {
  const { vocabulary, scores, unknownId } = tokenizer.parts.model;
  if (!scores) return undefined;
  const unknownScore = scores.reduce((least, score) => Math.min(least, score), Number.POSITIVE_INFINITY);
  const scoreOf = (id: number) => (id === unknownId ? unknownScore - unknownPenalty : scores[id]!);
  const { text: whole, spans } = preTokensOf(tokenizer, text);
  return Array.from({ length: spans.length / 2 }, (_, index) => {
    const word = whole.text.slice(spans[2 * index]!, spans[2 * index + 1]!);
    const paths: Path[][] = Array.from({ length: word.length + 1 }, () => []);
    paths[0]!.push({ score: 0, end: 0, id: -1, last: 0, before: undefined });
    for (let at = 0; at < word.length; ) {
      const width = word.codePointAt(at)! > 0xffff ? 2 : 1;
      let isKnown = false;
      const offer = (to: number, id: number) => {
        const last = scoreOf(id);
        const offered = paths[at]!.map(before => ({ score: before.score + last, end: to, id, last, before }));
        paths[to] = [...paths[to]!, ...offered].sort((a, b) => b.score - a.score).slice(0, count);
      };
      for (let to = at + 1; to <= word.length; to++) {
        const id = vocabulary.id(word.slice(at, to));
        if (id === undefined) continue;
        offer(to, id);
        isKnown ||= to - at === width;
      }
      if (!isKnown && unknownId !== undefined) offer(at + width, unknownId);
      at += width;
    }
    return { text: word, segmentations: paths[word.length]!.map(path => segmentationOf(path, unknownId)) };
  });
}

/** Follows a path back; neighbouring unknown tokens become one. */
function segmentationOf(path: Path, unknownId: number | undefined): Segmentation {
  const ids: number[] = [];
  const spans: [number, number][] = [];
  const scores: number[] = [];
  for (let at = path; at.before; at = at.before) {
    const start = at.before.end;
    if (at.id === unknownId && ids[0] === unknownId) {
      spans[0]![0] = start;
      scores[0]! += at.last;
      continue;
    }
    ids.unshift(at.id);
    spans.unshift([start, at.end]);
    scores.unshift(at.last);
  }
  return { ids, spans, scores, score: path.score };
}
