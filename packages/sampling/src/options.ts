import type { TokenIds } from './errors.js';
import type { Processor } from './processor.js';
import type { allowedTokens } from './processors/allowed-tokens.js';
import type { LengthPenalty } from './processors/exponential-decay.js';
import type { ForcedEosTokenId } from './processors/forced-token-ids.js';
import type { GroupTemperature } from './processors/group-temperatures.js';
import type { Guidance } from './processors/guidance.js';
import type { SequenceBias } from './processors/sequence-bias.js';
import type { tokenMask } from './processors/token-mask.js';

/**
 * Options that change the logits whether or not a token is sampled; each is the argument of the processor of its name.
 */
interface Adjustments {
  /** Biases added to the logit of the token that would complete a sequence. */
  readonly sequenceBias?: readonly SequenceBias[] | undefined;
  /** Above 1 makes the tokens of the source more likely, below 1 less likely. */
  readonly encoderRepetitionPenalty?: number | undefined;
  /**
   * Above 1 makes tokens that already occurred less likely: positive logits are divided by it, negative ones multiplied
   * (Keskar et al. 2019).
   */
  readonly repetitionPenalty?: number | undefined;
  /** No n-gram of this many tokens occurs twice in a sequence. */
  readonly noRepeatNgramSize?: number | undefined;
  /** No n-gram of this many tokens of the source is generated. */
  readonly encoderNoRepeatNgramSize?: number | undefined;
  /** Token sequences that are never completed. */
  readonly badWordsIds?: readonly (readonly number[])[] | undefined;
  /** Returns the tokens that may come next; all others are suppressed. */
  readonly allowedTokens?: Parameters<typeof allowedTokens>[0] | undefined;
  /** The second token of every sequence, after its start token. */
  readonly forcedBosTokenId?: number | undefined;
  /** The token, or tokens, with which a sequence ends when it reaches its maximum length. */
  readonly forcedEosTokenId?: ForcedEosTokenId | undefined;
  /** Tokens that are never generated. */
  readonly suppressTokens?: TokenIds | undefined;
  /** Tokens that are never generated as the first new token. */
  readonly beginSuppressTokens?: TokenIds | undefined;
  /** Your own processors; they run after the adjustments and before the temperature and the filters. */
  readonly processors?: readonly Processor[] | undefined;
  /**
   * Returns a mask of the tokens that may come next, a bit for each, 32 in a word, low bits first: what a grammar
   * allows. Runs after all that makes tokens more or less likely.
   */
  readonly tokenMask?: Parameters<typeof tokenMask>[0] | undefined;
  /** Turns the logits into log-probabilities at the end. */
  readonly renormalizeLogits?: true | undefined;
}

/** Options about the length of a sequence; they need to know the end tokens. */
interface LengthAdjustments {
  /** A sequence does not end before it has this many tokens, prompt included. */
  readonly minLength?: number | undefined;
  /** A sequence does not end before this many tokens follow the prompt. */
  readonly minNewTokens?: number | undefined;
  /** After a number of new tokens, each further token makes the end more likely. */
  readonly exponentialDecayLengthPenalty?: LengthPenalty | undefined;
}

type EosOptions =
  | (LengthAdjustments & { readonly eosTokenId: TokenIds })
  | ({ readonly [Name in keyof LengthAdjustments]?: undefined } & { readonly eosTokenId?: TokenIds | undefined });

/** Options that narrow down what is sampled; greedy choice ignores them. */
export interface Filters {
  /** Temperatures of the choice within groups of tokens; the probabilities of the groups stay. */
  readonly groupTemperatures?: readonly GroupTemperature[] | undefined;
  /**
   * Samples from the most likely tokens whose terms -p log p stay within this share, 0 to 1, of the entropy
   * (Potraghloo et al. 2025).
   */
  readonly topH?: number | undefined;
  /** Samples from this many of the most likely tokens. */
  readonly topK?: number | undefined;
  /** Samples from the fewest most likely tokens that reach this probability, 0 to 1 (Holtzman et al. 2020). */
  readonly topP?: number | undefined;
  /** Samples from tokens at least this share, 0 to 1, as likely as the most likely one. */
  readonly minP?: number | undefined;
  /** Samples from the tokens whose surprise is nearest to the entropy, up to this probability (Meister et al. 2023). */
  readonly typicalP?: number | undefined;
  /** Suppresses tokens whose probability is below this (Hewitt et al. 2022). */
  readonly epsilonCutoff?: number | undefined;
  /** Suppresses tokens whose probability is below min(eta, √eta · e^-entropy) (Hewitt et al. 2022). */
  readonly etaCutoff?: number | undefined;
}

/** All options that change logits, except temperature and filters. `eosTokenId` is the end token, or a list of them. */
export type ProcessorOptions = Adjustments & EosOptions;

/** Guidance of one sequence at a time: beams have none. */
export interface GuidanceOptions {
  /** Exaggerates what the prompt changes (classifier-free guidance). */
  readonly guidance?: Guidance | undefined;
}

/** The options of `pipeline`. */
export type PipelineOptions = ProcessorOptions &
  GuidanceOptions &
  Filters & { readonly temperature?: number | undefined };

interface ReportOptions {
  /** How many of the most likely tokens each step reports; default 0. */
  readonly topLogprobs?: number | undefined;
}

/** The options of a greedy choice: temperature 0, or none. Filters and a seed would have no effect. */
export type GreedyOptions = ProcessorOptions &
  GuidanceOptions &
  ReportOptions & { readonly temperature?: 0 | undefined } & { readonly [Name in keyof Filters | 'seed']?: undefined };

/**
 * The options of sampling: a temperature, filters, and a seed (a whole number from 0 to 2³² - 1; a new one for each
 * sampler by default).
 */
export type SamplingOptions = ProcessorOptions &
  GuidanceOptions &
  Filters &
  ReportOptions & { readonly temperature: number; readonly seed?: number | undefined };

/** The options of `sampler`. */
export type SamplerOptions = GreedyOptions | SamplingOptions;

/**
 * A type error for what `SamplerOptions` alone accepts: a filter or a seed beside temperature 0, and an unknown name.
 * Use: `<const Options extends SamplerOptions>(options: Options & StrictOptions<Options>)`.
 */
export type StrictOptions<Options> = {
  readonly [Name in Exclude<keyof Options, keyof SamplingOptions>]: never;
} & (Options extends {
  readonly temperature: 0;
}
  ? GreedyOptions
  : unknown);
