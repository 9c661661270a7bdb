import type { TokenIds } from './errors.js';
import type { Processor } from './processor.js';
import type { allowedTokens } from './processors/allowed-tokens.js';
import type { LengthPenalty } from './processors/exponential-decay.js';
import type { ForcedEosTokenId } from './processors/forced-token-ids.js';
import type { SequenceBias } from './processors/sequence-bias.js';

/** Settings that change logits however the token is chosen afterwards; each is the argument of the processor of its name. */
interface Adjustments {
  /** What is added to the logit of the token that would complete a sequence. */
  readonly sequenceBias?: readonly SequenceBias[] | undefined;
  /** Above 1 tokens of the source become likelier, below 1 less likely: their logits are divided or multiplied by it. */
  readonly encoderRepetitionPenalty?: number | undefined;
  /** Above 1 tokens that the row already holds become less likely: positive logits are divided by it, negative ones multiplied (Keskar et al. 2019). */
  readonly repetitionPenalty?: number | undefined;
  /** No sequence of so many tokens comes up twice in a row. */
  readonly noRepeatNgramSize?: number | undefined;
  /** No sequence of so many tokens of the source is written. */
  readonly encoderNoRepeatNgramSize?: number | undefined;
  /** Sequences of tokens that are never completed. */
  readonly badWordsIds?: readonly (readonly number[])[] | undefined;
  /** Which tokens may follow the tokens of a row; all others are ruled out. */
  readonly allowedTokens?: Parameters<typeof allowedTokens>[0] | undefined;
  /** The second token of every row, after its start token. */
  readonly forcedBosTokenId?: number | undefined;
  /** The token, or tokens, that a row ends with where it reaches its greatest length. */
  readonly forcedEosTokenId?: ForcedEosTokenId | undefined;
  /** Tokens that are never written. */
  readonly suppressTokens?: TokenIds | undefined;
  /** Tokens that a row does not begin with. */
  readonly beginSuppressTokens?: TokenIds | undefined;
  /** Processors of your own; they run after the adjustments and before the filters. */
  readonly processors?: readonly Processor[] | undefined;
  /** Makes log-probabilities of the logits at the end. */
  readonly renormalizeLogits?: true | undefined;
}

/** Settings that say something about the end of a row: they need to know which tokens end it. */
interface LengthAdjustments {
  /** A row is not ended before it has so many tokens, its prompt included. */
  readonly minLength?: number | undefined;
  /** A row is not ended before so many tokens follow its prompt. */
  readonly minNewTokens?: number | undefined;
  /** From a number of new tokens on, ending becomes likelier with each. */
  readonly exponentialDecayLengthPenalty?: LengthPenalty | undefined;
}

type EosOptions =
  | (LengthAdjustments & { readonly eosTokenId: TokenIds })
  | ({ readonly [Name in keyof LengthAdjustments]?: undefined } & { readonly eosTokenId?: TokenIds | undefined });

/** Settings that narrow down what is drawn; without a draw they do nothing. */
export interface Filters {
  /** Draws from the likeliest tokens whose terms -p log p stay within this share, 0 to 1, of the entropy (Potraghloo et al. 2025). */
  readonly topH?: number | undefined;
  /** Draws from this many of the likeliest tokens. */
  readonly topK?: number | undefined;
  /** Draws from the likeliest tokens that together have this probability, 0 to 1 (Holtzman et al. 2020). */
  readonly topP?: number | undefined;
  /** Draws from tokens whose probability is at least this share of that of the likeliest. */
  readonly minP?: number | undefined;
  /** Draws from the tokens nearest to the expected information that together have this probability (Meister et al. 2023). */
  readonly typicalP?: number | undefined;
  /** Leaves out tokens whose probability is below this (Hewitt et al. 2022). */
  readonly epsilonCutoff?: number | undefined;
  /** Leaves out tokens whose probability is below the smaller of this and √this · e^-entropy (Hewitt et al. 2022). */
  readonly etaCutoff?: number | undefined;
}

/** What changes logits: all but what concerns the draw itself. `eosTokenId` is the token, or tokens, that end a row. */
export type ProcessorOptions = Adjustments & EosOptions;

/** What `pipeline` takes. */
export type PipelineOptions = ProcessorOptions & Filters & { readonly temperature?: number | undefined };

interface ReportOptions {
  /** How many of the most likely tokens each step reports; 0 if not given. */
  readonly topLogprobs?: number | undefined;
}

/** Always the most likely token: temperature 0, or none; filters and a seed would do nothing. */
export type GreedyOptions = ProcessorOptions &
  ReportOptions & { readonly temperature?: 0 | undefined } & { readonly [Name in keyof Filters | 'seed']?: undefined };

/** A random token: needs a temperature, takes filters and a seed (a whole number from 0 to 2³² - 1; a new one if not given). */
export type SamplingOptions = ProcessorOptions &
  Filters &
  ReportOptions & { readonly temperature: number; readonly seed?: number | undefined };

/** What `sampler` takes. */
export type SamplerOptions = GreedyOptions | SamplingOptions;

/**
 * Makes a type error of what `SamplerOptions` alone lets pass: a filter or a seed beside temperature 0, and an unknown name. Use:
 * `<const Options extends SamplerOptions>(options: Options & StrictOptions<Options>)`.
 */
export type StrictOptions<Options> = {
  readonly [Name in Exclude<keyof Options, keyof SamplingOptions>]: never;
} & (Options extends {
  readonly temperature: 0;
}
  ? GreedyOptions
  : unknown);
