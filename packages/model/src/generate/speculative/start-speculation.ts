import type { Sampler } from '@residual/sampling';
import { ResidualError } from '@residual/tensor';
import type { DecodeModel } from '../decode-model.js';
import type { DecodeSessionOptions } from '../decode-session.js';
import type { DecoderInput } from '../decoder-input.js';
import { type GenerateOptions, maxNewTokensOf } from '../options.js';
import type { Step } from '../sampling-policy.js';
import type { GenerateOutput, Sequence } from '../sequence.js';
import { decodeSpeculatively } from './decode-speculatively.js';
import { makeDrafter } from './make-drafter.js';
import type { SpeculativeOptions } from './options.js';
import { SpeculativePolicy } from './speculative-policy.js';

/** A generation that is about to start. */
export interface SpeculationStart {
  readonly model: DecodeModel;
  readonly input: DecoderInput;
  readonly sequences: readonly Sequence[];
  readonly choose: Sampler;
  /** The options of the sampler. */
  readonly sampling: { readonly eosTokenId?: readonly number[] };
  /** The options of the call. */
  readonly options: GenerateOptions;
  readonly session: DecodeSessionOptions;
  /** Whether each step computes a second sequence, of guidance. */
  readonly isGuided: boolean;
}

/** Continues the prompt of the input with drafts. Throws if the options do not fit the model or the other options. */
export async function* startSpeculation(
  speculative: SpeculativeOptions,
  { model, input, sequences, choose, sampling, options, session, isGuided }: SpeculationStart,
): AsyncGenerator<Step, GenerateOutput[]> {
  const { maxLength, cache, signal, taps = [], hooks = [] } = session;
  const observer = taps.length > 0 ? 'taps' : hooks.length > 0 ? 'hooks' : undefined;
  if (observer !== undefined)
    throw new ResidualError(
      'option',
      `generate: ${observer} see the tokens of each pass, and a pass with drafts has several; leave one of them out`,
    );
  if (isGuided)
    throw new ResidualError('option', 'generate: drafts are checked without guidance; leave guidanceScale or them out');
  const { eosTokenId: eosTokenIds = [] } = sampling;
  const facts = { model, input, maxLength, sampling, seed: choose.seed, eosTokenIds, cache, signal };
  const drafter = makeDrafter(speculative, facts);
  const { length } = input.prompts[0]!;
  const maxTokens = Math.min(maxLength, length + maxNewTokensOf(options, model.generationConfig, length));
  const policy = new SpeculativePolicy(sequences[0]!, choose);
  return yield* decodeSpeculatively(model, input, policy, drafter, { ...session, maxTokens });
}
