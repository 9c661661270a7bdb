import type { BeamSearchStep } from '../generate/beam-policy.js';
import { beamSearchSequences } from '../generate/beam-search.js';
import { decoderInputOf } from '../generate/decoder-input.js';
import { generateSequences } from '../generate/generate.js';
import type { Step } from '../generate/sampling-policy.js';
import type { LoadedModel } from '../loaded-model.js';
import type { TranslateSettings } from './options.js';
import type { SourceTokens } from './source-reader.js';

type Ids = readonly number[];

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
  model: LoadedModel,
  sources: readonly SourceTokens[],
  { numBeams, greedy, beamSearch }: TranslateSettings,
): AsyncGenerator<Step | BeamSearchStep, TargetOutput[]> {
  const input = decoderInputOf(
    'translate',
    model,
    sources.map(({ ids }) => ids),
  );
  if (numBeams === 1) {
    const outputs = yield* generateSequences(model, input, greedy);
    return outputs.map(({ text, finishReason, ...output }) => {
      // Without stop strings the reason is never 'stop'.
      return targetOutputOf(output, text, output.logprob, finishReason as TargetOutput['finishReason']);
    });
  }
  const results = yield* beamSearchSequences(model, input, beamSearch);
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
