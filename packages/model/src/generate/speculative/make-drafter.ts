import { expectInteger, expectValue } from '@residual/base';
import type { GreedyOptions } from '@residual/sampling';
import { sampler } from '@residual/sampling';
import { type CacheForm, ResidualError } from '@residual/tensor';
import type { LoadedModel } from '../../loaded-model.js';
import { modelStates } from '../../model-states.js';
import type { DecodeModel } from '../decode-model.js';
import { type DecoderInput, decoderInputOf } from '../decoder-input.js';
import { AssistantDrafter } from './assistant-drafter.js';
import type { Drafter } from './drafter.js';
import { lookupDrafter } from './lookup-drafter.js';
import type { SpeculativeOptions } from './options.js';

/** What a drafter needs to know of its generation. */
export interface GenerationFacts {
  readonly model: DecodeModel;
  readonly input: DecoderInput;
  /** How many tokens the text may have. */
  readonly maxLength: number;
  /** The options of the sampler. */
  readonly sampling: object;
  readonly seed: number | undefined;
  readonly eosTokenIds: readonly number[];
  readonly cache?: CacheForm | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** The most tokens that are drafted at once, so that one pass checks them. */
const mostDrafted = 63;

/** The drafter that the options ask for. Throws if they do not fit each other or the model. */
export function makeDrafter(options: SpeculativeOptions, facts: GenerationFacts): Drafter {
  const { promptLookupNumTokens, maxMatchingNgramSize, assistantModel } = options;
  const { numAssistantTokens, assistantConfidenceThreshold } = options;
  const refuse = (what: string): never => {
    throw new ResidualError('option', `generate: ${what}`);
  };
  const { model, input } = facts;
  if (promptLookupNumTokens !== undefined && assistantModel !== undefined)
    refuse('promptLookupNumTokens and assistantModel both draft; give one of them');
  if (input.prompts.length !== 1)
    refuse(`drafts are made for one prompt at a time, not for ${input.prompts.length}; generate them one by one`);
  if (model.isRecurrent)
    refuse(
      'this model keeps recurrent states, which cannot go back to the tokens that were accepted; leave drafts out',
    );
  if (assistantModel === undefined) {
    const numTokens = promptLookupNumTokens;
    if (numTokens === undefined)
      return refuse(`${optionIn(options)} needs promptLookupNumTokens or an assistantModel, which draft`);
    const maxNgramSize = maxMatchingNgramSize ?? 2;
    if (numAssistantTokens !== undefined || assistantConfidenceThreshold !== undefined)
      refuse('numAssistantTokens and assistantConfidenceThreshold are settings of an assistantModel');
    expectInteger('generate', 'promptLookupNumTokens', numTokens, { min: 1, max: mostDrafted });
    expectInteger('generate', 'maxMatchingNgramSize', maxNgramSize, { min: 1 });
    return lookupDrafter(input.sources?.[0] ?? [], { numTokens, maxNgramSize }, model.vocab);
  }
  if (maxMatchingNgramSize !== undefined) refuse('maxMatchingNgramSize is a setting of promptLookupNumTokens');
  const [count, threshold] = [numAssistantTokens ?? 5, assistantConfidenceThreshold ?? 0.4];
  expectInteger('generate', 'numAssistantTokens', count, { min: 1, max: mostDrafted });
  const isShare = typeof threshold === 'number' && threshold >= 0 && threshold <= 1;
  expectValue(isShare, 'generate', 'assistantConfidenceThreshold', threshold, 'a number from 0 to 1');
  const assistant =
    modelStates.get(assistantModel) ?? refuse('assistantModel is no model that was loaded in this thread');
  expectSameTokens(model, assistant);
  if (assistant.isRecurrent) refuse('the assistantModel keeps recurrent states, which cannot go back');
  const prompt = input.sources?.[0] ?? input.prompts[0]!;
  const own = decoderInputOf('generate: assistantModel', assistant, [prompt]);
  if ((own.sources === undefined) !== (input.sources === undefined))
    refuse(`the assistantModel is ${kindOf(own)}, the model ${kindOf(input)}; both must be of one kind`);
  const drafter = new AssistantDrafter(assistant, own, facts.maxLength, {
    choose: sampler(ownSampling(facts)),
    promptLength: input.prompts[0]!.length,
    confidenceThreshold: threshold,
    vocab: model.vocab,
    eosTokenIds: facts.eosTokenIds,
    cache: facts.cache,
    signal: facts.signal,
  });
  return { draft: (tokens, limit) => drafter.draft(tokens, Math.min(limit, count)), dispose: () => drafter.dispose() };
}

/** The first option that is given. */
const optionIn = (options: SpeculativeOptions) => Object.entries(options).find(([, value]) => value !== undefined)?.[0];

const kindOf = ({ sources }: DecoderInput) => (sources ? 'an encoder-decoder' : 'a decoder alone');

/** The options of the assistant's sampler: the same, without functions, which may count calls, and without reports. */
function ownSampling({ sampling, seed }: GenerationFacts): GreedyOptions {
  const { allowedTokens, processors, topLogprobs, ...others } = sampling as Record<string, unknown>;
  return { ...others, ...(seed !== undefined && { seed }) } as GreedyOptions;
}

/** Throws unless both models have the same tokens. */
function expectSameTokens(model: DecodeModel, assistant: LoadedModel): void {
  const [a, b] = [model.tokenizer, assistant.tokenizer];
  const differ = (what: string): never => {
    throw new ResidualError('fit', `generate: the assistantModel ${what}; both must have the same tokens`);
  };
  if (!a || !b) {
    if (model.vocab !== assistant.vocab) differ(`has ${assistant.vocab} tokens, the model ${model.vocab}`);
    return;
  }
  if (a.vocabSize !== b.vocabSize) differ(`has a tokenizer of ${b.vocabSize} tokens, the model one of ${a.vocabSize}`);
  for (let id = 0; id < a.vocabSize; id++) {
    if (a.idToToken(id) === b.idToToken(id)) continue;
    differ(`calls token ${id} ${JSON.stringify(b.idToToken(id))}, the model ${JSON.stringify(a.idToToken(id))}`);
  }
}
