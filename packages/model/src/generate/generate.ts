import type { SequenceContext } from '@residual/sampling';
import { finishReason, type GreedyOptions, sampler, stopStrings } from '@residual/sampling';
import { expectOptions, ResidualError } from '@residual/tensor';
import { definedOptions, expectFunction, expectSignal, expectTexts, expectTokens } from '../arguments.js';
import { asksToObey } from './asks-to-obey.js';
import { decode } from './decode.js';
import type { DecodeModel } from './decode-model.js';
import type { DecoderInput } from './decoder-input.js';
import type { GuidedDecoding } from './guided-policy.js';
import { generateNames } from './option-names.js';
import { type GenerateOptions, maxLengthOf, maxNewTokensOf, settingsOf } from './options.js';
import { SamplingPolicy, type Step } from './sampling-policy.js';
import { type GenerateOutput, Sequence } from './sequence.js';
import { separateSpeculative } from './speculative/options.js';

/**
 * Continues all prompts of the input at once, greedily or by sampling. Yields the steps of all sequences and
 * returns the outputs.
 */
export async function* generateSequences(
  model: DecodeModel,
  input: DecoderInput,
  options: GenerateOptions,
): AsyncGenerator<Step, GenerateOutput[]> {
  model.check();
  expectOptions('generate', options, generateNames);
  const maxLength = maxLengthOf(options, model);
  const overflow = asksToDrop(options) ? await import('./context-overflow.js') : undefined;
  const contextKeep = overflow?.contextKeepOf(options, model, { maxLength, prompts: input.prompts });
  const mayShift = contextKeep !== undefined;
  const longest = mayShift ? Number.POSITIVE_INFINITY : maxLength;
  expectTokens('generate', input.prompts, { vocab: model.vocab, maxLength: longest });
  const { guidance_scale: scale, ...config } = model.generationConfig;
  const guidanceOf = typeof scale === 'number' ? { guidanceScale: scale } : {};
  const settings = settingsOf({ ...guidanceOf, ...definedOptions(options) }, config, model.eosTokenIds);
  expectTexts('generate', 'taps', settings.taps);
  expectTexts('generate', 'stopStrings', settings.stopStrings);
  expectSignal('generate', settings.signal);
  expectFunction('generate', 'allowedTokens', settings.allowedTokens);
  expectFunction('generate', 'tokenMask', settings.tokenMask);
  const {
    maxNewTokens: _maxNewTokens,
    maxLength: _maxLength,
    contextOverflow: _contextOverflow,
    contextKeep: _contextKeep,
    stopStrings: strings = [],
    taps,
    ablate,
    hooks,
    cache,
    skipSpecialTokens,
    guidanceScale,
    negativePromptIds,
    signal,
    schema: _schema,
    whitespace: _whitespace,
    regex: _regex,
    grammar: _grammar,
    ...rest
  } = settings;
  const { speculative, others: sampling } = separateSpeculative(rest);
  const { tokenizer, generationConfig } = model;
  if (strings.length > 0 && !tokenizer) {
    throw new ResidualError(
      'option',
      'generate: stop strings need a tokenizer, this model has none; end tokens by eosTokenId',
    );
  }
  if (negativePromptIds !== undefined && guidanceScale === undefined)
    throw new ResidualError('option', 'generate: negativePromptIds is given without guidanceScale, which uses it');
  const isGuided = guidanceScale !== undefined && guidanceScale !== 1;
  let guided: GuidedDecoding | undefined;
  const unconditional = ({ batchIndex = 0 }: SequenceContext) => guided!.policy.unconditional(batchIndex);
  const guidance = isGuided && { guidance: { scale: guidanceScale, unconditional } };
  const constrain = asksToObey(settings) ? await import('./constrain.js') : undefined;
  const obeyed = constrain?.constraintOf('generate', settings, tokenizer);
  const tokenMask = obeyed && { tokenMask: obeyed.mask };
  const choose = sampler({ ...sampling, ...guidance, ...tokenMask } as GreedyOptions);
  const sequences = input.prompts.map((prompt, i) => {
    const maxNewTokens = maxNewTokensOf(options, generationConfig, prompt.length);
    const reasonOf = finishReason({
      eosTokenId: sampling.eosTokenId,
      maxNewTokens,
      maxLength: mayShift ? undefined : maxLength,
    });
    const finishReasonOf = obeyed ? constrain!.constrainedReason(obeyed, reasonOf) : reasonOf;
    const stream = obeyed
      ? constrain!.constrainedStream(obeyed, prompt)
      : tokenizer?.decodeStream({ skipSpecialTokens });
    return new Sequence(prompt, finishReasonOf, stopStrings(strings), stream, input.sources?.[i]);
  });
  const session = { caller: 'generate', maxLength, taps, ablate, hooks, signal, cache, contextKeep };
  if (speculative && mayShift)
    throw new ResidualError('option', "generate: contextOverflow 'shift' excludes drafts; leave one of them out");
  if (speculative) {
    const { startSpeculation } = await import('./speculative/start-speculation.js'); // few calls draft
    const start = { model, input, sequences, choose, sampling, options, session, isGuided };
    return yield* startSpeculation(speculative, start);
  }
  const policy = new SamplingPolicy(sequences, choose);
  if (!isGuided) return yield* decode(model, input, policy, session);
  const { guidedDecoding } = await import('./guided-policy.js'); // few calls need it
  guided = guidedDecoding(policy, input, negativePromptIds);
  expectTokens('generate', guided.input.prompts, { vocab: model.vocab, maxLength: longest });
  return yield* decode(model, guided.input, guided.policy, session);
}

const asksToDrop = ({ contextOverflow, contextKeep }: GenerateOptions): boolean =>
  contextOverflow !== undefined || contextKeep !== undefined;
