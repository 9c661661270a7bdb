import { type BeamSearchStep, beamSearchSequences } from '../generate/beam-search.js';
import { type DecodeModel, generateSequences, type Step } from '../generate/generate.js';
import type { TranslateSettings } from './options.js';
import type { SourceTokens } from './source-reader.js';

type Ids = readonly number[];

/** Begins rows that write what belongs to sources. */
export type StartSources = (sources: readonly Ids[]) => {
  readonly generator: DecodeModel;
  readonly decoderPrompts: readonly Ids[];
  readonly sources?: readonly Ids[] | undefined;
};

/** What was written for a source. */
export interface TargetOutput {
  readonly translation: string;
  /** Without the end token. */
  readonly tokens: Ids;
  /** What the decoder was fed or would be next: what it began with, then all new tokens, the end token included. */
  readonly target: Ids;
  readonly promptLength: number;
  /** Sum of the log-probabilities of so many tokens, `scoredTokens`. */
  readonly logprob: number;
  readonly scoredTokens: number;
  readonly finishReason: 'eos' | 'length' | 'positions';
}

/** Writes what belongs to sources: the likeliest token each time, or the best of a beam search. */
export async function* generateTargets(
  startSources: StartSources,
  sources: readonly SourceTokens[],
  { numBeams, greedy, beamSearch }: TranslateSettings,
): AsyncGenerator<Step | BeamSearchStep, TargetOutput[]> {
  const { generator, decoderPrompts, sources: encoderTokens } = startSources(sources.map(({ ids }) => ids));
  if (numBeams === 1) {
    const rows = yield* generateSequences(generator, decoderPrompts, greedy);
    return rows.map(({ text, finishReason, ...row }) => {
      return targetOutputOf(row, text, row.logprob, finishReason as TargetOutput['finishReason']); // there are no stop strings
    });
  }
  const results = yield* beamSearchSequences(generator, decoderPrompts, beamSearch, encoderTokens);
  return results.map(([best]) => targetOutputOf(best!, best!.text, best!.sum, best!.finishReason));
}

function targetOutputOf(
  row: { readonly tokens: Ids; readonly newTokens: Ids; readonly promptLength: number },
  translation: string,
  logprob: number,
  finishReason: TargetOutput['finishReason'],
): TargetOutput {
  const { tokens: target, newTokens, promptLength } = row;
  const tokens = finishReason === 'eos' ? newTokens.slice(0, -1) : newTokens;
  return { translation, tokens, target, promptLength, logprob, scoredTokens: newTokens.length, finishReason };
}
