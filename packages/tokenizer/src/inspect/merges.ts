import { Symbols } from '../models/bpe/merge.js';
import { type PairTable, pairsIn } from '../models/bpe/pair-table.js';
import type { Tokenizer } from '../tokenizer.js';
import { preTokensOf } from './pre-tokens.js';

/** One merge in a word: two neighbouring tokens become one. */
export interface Merge {
  /** The index of the left token among the tokens before the merge. */
  readonly index: number;
  /** The ids of the two tokens and of the one that they become. */
  readonly left: number;
  readonly right: number;
  readonly token: number;
  /** The place of the merge in the order in which merges were learned, from 1. */
  readonly number: number;
}

/** A word before any merge, and its merges in order. */
export interface MergedWord {
  /** The word as the model reads it, after normalization. */
  readonly text: string;
  /** The ids before any merge: single characters or bytes. */
  readonly symbols: readonly number[];
  /** The number of UTF-8 bytes of `text` that each symbol covers. */
  readonly lengths: readonly number[];
  /** The merges in the order in which encoding makes them; after the last one the ids are those of `encode`. */
  readonly merges: readonly Merge[];
}

/** Reports the merges of words. */
export interface MergeInspector {
  /** The number of merges that the model has learned. */
  readonly count: number;
  /** The words (pre-tokens) of a text and their merges. Takes quadratic time in the length of a word. */
  words(text: string): MergedWord[];
}

/**
 * Returns the inspector of the merges of a byte-pair encoding (Sennrich et al. 2016); undefined if the tokenizer is of
 * another kind, or a SentencePiece model. Added tokens in a text are not found. A word that the vocabulary holds as a
 * whole and that the model takes without merging (`ignore_merges`) is one symbol if its merges lead elsewhere.
 */
export function mergeInspector(tokenizer: Tokenizer): MergeInspector | undefined {
  const { model } = tokenizer.parts;
  const { merges: table, writeSymbols } = model;
  if (!table || !writeSymbols) return undefined;
  const ranks = new Set<number>();
  for (const [, , rank] of pairsIn(table)) ranks.add(rank);
  const ordered = Int32Array.from(ranks).sort();
  const numbers = new Map(Array.from(ordered, (rank, index) => [rank, index + 1]));
  return {
    count: numbers.size,
    words: text => {
      const { text: whole, spans, asBytes } = preTokensOf(tokenizer, text);
      return Array.from({ length: spans.length / 2 }, (_, word) => {
        const [start, end] = [spans[2 * word]!, spans[2 * word + 1]!];
        const symbols = new Symbols();
        writeSymbols(whole.text, start, end, asBytes, symbols);
        const ids = [...symbols.ids.subarray(0, symbols.count)];
        const lengths = [...symbols.lengths.subarray(0, symbols.count)];
        const merges = mergesOf([...ids], table, numbers);
        const encoded: number[] = [];
        model.tokenize(whole.text, start, end, asBytes, encoded);
        const own = { text: whole.text.slice(start, end), symbols: ids, lengths, merges };
        const isWhole = encoded.length === 1 && ids.length - merges.length > 1;
        const length = lengths.reduce((sum, each) => sum + each, 0);
        return isWhole ? { ...own, symbols: encoded, lengths: [length], merges: [] } : own;
      });
    },
  };
}

/** The merges of ids, lowest rank first and among equals the leftmost; changes the ids. */
function mergesOf(ids: number[], table: PairTable, numbers: ReadonlyMap<number, number>): Merge[] {
  const merges: Merge[] = [];
  for (;;) {
    let [best, index] = [-1, -1];
    for (let at = 0; at + 1 < ids.length; at++) {
      const slot = table.find(ids[at]!, ids[at + 1]!);
      if (slot >= 0 && (best < 0 || table.first(slot) < table.first(best))) [best, index] = [slot, at];
    }
    if (best < 0) return merges;
    const [left, right, token] = [ids[index]!, ids[index + 1]!, table.second(best)];
    ids.splice(index, 2, token);
    merges.push({ index, left, right, token, number: numbers.get(table.first(best))! });
  }
}
