import { type Generator, generateRows, type Step } from '../generate.js';
import { type SearchStep, searchRows } from '../search.js';
import type { TranslateSettings } from './options.js';
import type { Source } from './source.js';

type Ids = readonly number[];

/** Begins rows that write what belongs to sources. */
export type BeginSources = (sources: readonly Ids[]) => {
  readonly generator: Generator;
  readonly begun: readonly Ids[];
  readonly sources?: readonly Ids[] | undefined;
};

/** What was written for a source. */
export interface Written {
  readonly translation: string;
  /** Without the end token. */
  readonly tokens: Ids;
  /** What the decoder was fed or would be next: what it began with, then all new tokens, the end token included. */
  readonly target: Ids;
  readonly promptLength: number;
  /** Sum of the log-probabilities of so many tokens, `counted`. */
  readonly logprob: number;
  readonly counted: number;
  readonly finishReason: 'eos' | 'length' | 'positions';
}

/** Writes what belongs to sources: the likeliest token each time, or the best of a beam search. */
export async function* write(
  begin: BeginSources,
  sources: readonly Source[],
  { beams, greedy, search }: TranslateSettings,
): AsyncGenerator<Step | SearchStep, Written[]> {
  const { generator, begun, sources: read } = begin(sources.map(({ ids }) => ids));
  if (beams === 1) {
    const rows = yield* generateRows(generator, begun, greedy);
    return rows.map(({ text, finishReason, ...row }) => {
      return writtenOf(row, text, row.logprob, finishReason as Written['finishReason']); // there are no stop strings
    });
  }
  const found = yield* searchRows(generator, begun, search, read);
  return found.map(([best]) => writtenOf(best!, best!.text, best!.sum, best!.finishReason));
}

function writtenOf(
  row: { readonly tokens: Ids; readonly newTokens: Ids; readonly promptLength: number },
  translation: string,
  logprob: number,
  finishReason: Written['finishReason'],
): Written {
  const { tokens: target, newTokens, promptLength } = row;
  const tokens = finishReason === 'eos' ? newTokens.slice(0, -1) : newTokens;
  return { translation, tokens, target, promptLength, logprob, counted: newTokens.length, finishReason };
}
