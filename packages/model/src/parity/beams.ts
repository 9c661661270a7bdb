import type { BeamResult } from '../generate/beam-policy.js';
import type { BeamSearchOptions } from '../generate/beam-search.js';
import type { Numbers } from './compare.js';
import type { Outputs } from './outputs.js';

/**
 * The continuations of a beam search, `name`, by prompt and best first, and their scores, `name_scores`. Shorter rows
 * are padded with `fill`.
 */
export function beamOutputs(
  name: string,
  results: readonly (readonly BeamResult[])[],
  prefixOf: PrefixOf,
  fill: number,
): Outputs {
  const rows = results.flatMap((texts, i) => texts.map(({ newTokens }) => [...prefixOf(i), ...newTokens]));
  const longest = Math.max(...rows.map(row => row.length));
  const data = rows.flatMap(row => Array.from({ length: longest }, (_, i) => row[i] ?? fill));
  const scores: Numbers = { shape: [rows.length], data: results.flat().map(({ score }) => score) };
  return new Map([
    [name, { shape: [rows.length, longest], data }],
    [`${name}_scores`, scores],
  ]);
}

/**
 * The token with which the reference pads the rows of a beam search. A padding token of 0 counts as none there, and the
 * end token takes its place.
 */
export function fillTokenOf(padding: number | undefined, end: number | undefined): number {
  return padding || (end ?? -1);
}

/** The tokens before the new tokens of a prompt. */
type PrefixOf = (prompt: number) => readonly number[];

/** The options of the reference's searches, by the name of the result: 4 beams, 12 new tokens. */
export const beamSearches: Readonly<Record<'causal-lm' | 'seq2seq-lm', Readonly<Record<string, BeamSearchOptions>>>> = {
  'causal-lm': {
    beam4: { numBeams: 4, numReturnSequences: 2, lengthPenalty: 1, earlyStopping: false, eosTokenId: [2] },
  },
  'seq2seq-lm': {
    beam4: { numBeams: 4, numReturnSequences: 1, lengthPenalty: 0.8, earlyStopping: false },
    beam4_early_return3: { numBeams: 4, numReturnSequences: 3, lengthPenalty: 1, earlyStopping: true },
  },
};

/** Whether an output of this name consists of ids. */
export function isIds(name: string): boolean {
  return name.startsWith('greedy') || (name.startsWith('beam4') && !name.endsWith('_scores'));
}
