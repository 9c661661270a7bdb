import { type BeamSearchStep, beamSearchSequences } from '../generate/beam-search.js';
import { type DecodeModel, generateSequences, type Step } from '../generate/generate.js';
import type { TranslateSettings } from './options.js';
import type { SourceTokens } from './source-reader.js';

type Ids = readonly number[];

/** Prepares the generation of translations for sources. */
export type StartSources = (sources: readonly Ids[]) => {
  readonly model: DecodeModel;
  readonly decoderPrompts: readonly Ids[];
  readonly sources?: readonly Ids[] | undefined;
};

/** The translation of one source. */
export interface TargetOutput {
  readonly translation: string;
  /** The new tokens without the end token. */
  readonly tokens: Ids;
  /** The start tokens of the decoder, then all new tokens, including the end token. */
  readonly target: Ids;
  readonly promptLength: number;
  /** Sum of the log-probabilities of `scoredTokens` tokens. */
  readonly logprob: number;
  readonly scoredTokens: number;
  readonly finishReason: 'eos' | 'length' | 'positions';
}

/** Translates sources, greedily or by beam search; of a beam search the best text. */
export async function* generateTargets(
  startSources: StartSources,
  sources: readonly SourceTokens[],
  { numBeams, greedy, beamSearch }: TranslateSettings,
): AsyncGenerator<Step | BeamSearchStep, TargetOutput[]> {
  const { model, decoderPrompts, sources: encoderTokens } = startSources(sources.map(({ ids }) => ids));
  if (numBeams === 1) {
    const outputs = yield* generateSequences(model, decoderPrompts, greedy);
    return outputs.map(({ text, finishReason, ...output }) => {
      // Without stop strings the reason is never 'stop'.
      return targetOutputOf(output, text, output.logprob, finishReason as TargetOutput['finishReason']);
    });
  }
  const results = yield* beamSearchSequences(model, decoderPrompts, beamSearch, encoderTokens);
  return results.map(([best]) => targetOutputOf(best!, best!.text, best!.sum, best!.finishReason));
}

function targetOutputOf(
  output: { readonly tokens: Ids; readonly newTokens: Ids; readonly promptLength: number },
  translation: string,
  logprob: number,
  finishReason: TargetOutput['finishReason'],
): TargetOutput {
  const { tokens: target, newTokens, promptLength } = output;
  const tokens = finishReason === 'eos' ? newTokens.slice(0, -1) : newTokens;
  return { translation, tokens, target, promptLength, logprob, scoredTokens: newTokens.length, finishReason };
}
