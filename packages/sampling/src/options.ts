import type { TokenIds } from './errors.js';
import type { Processor } from './processor.js';
import type { allowedTokens } from './processors/allowed-tokens.js';
import type { LengthPenalty } from './processors/exponential-decay.js';
import type { ForcedEos } from './processors/forced.js';
import type { SequenceBias } from './processors/sequence-bias.js';

/** Settings that change logits however the token is chosen afterwards; each is the argument of the processor of its name. */
interface Adjustments {
  readonly sequenceBias?: readonly SequenceBias[] | undefined;
  readonly encoderRepetitionPenalty?: number | undefined;
  readonly repetitionPenalty?: number | undefined;
  readonly noRepeatNgram?: number | undefined;
  readonly encoderNoRepeatNgram?: number | undefined;
  readonly badWords?: readonly (readonly number[])[] | undefined;
  readonly allowedTokens?: Parameters<typeof allowedTokens>[0] | undefined;
  readonly forcedBos?: number | undefined;
  readonly forcedEos?: ForcedEos | undefined;
  readonly suppress?: TokenIds | undefined;
  readonly suppressAtBegin?: TokenIds | undefined;
  /** Processors of your own; they run after the adjustments and before the filters. */
  readonly processors?: readonly Processor[] | undefined;
  readonly renormalize?: true | undefined;
}

/** Settings that say something about the end of a row: they need to know which tokens end it. */
interface EndAdjustments {
  readonly minLength?: number | undefined;
  readonly minNewTokens?: number | undefined;
  readonly exponentialDecayLengthPenalty?: LengthPenalty | undefined;
}

type End =
  | (EndAdjustments & { readonly eos: TokenIds })
  | ({ readonly [Name in keyof EndAdjustments]?: undefined } & { readonly eos?: TokenIds | undefined });

/** Settings that narrow down what is drawn; without a draw they do nothing. */
export interface Filters {
  readonly topH?: number | undefined;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly minP?: number | undefined;
  readonly typicalP?: number | undefined;
  readonly epsilonCutoff?: number | undefined;
  readonly etaCutoff?: number | undefined;
}

/** What changes logits: all but what concerns the draw itself. `eos` is the token, or tokens, that end a row. */
export type ProcessorOptions = Adjustments & End;

/** What `pipeline` takes. */
export type PipelineOptions = ProcessorOptions & Filters & { readonly temperature?: number | undefined };

interface Evidence {
  /** How many of the most likely tokens each step reports; 0 if not given. */
  readonly top?: number | undefined;
}

/** Always the most likely token: temperature 0, or none; filters and a seed would do nothing. */
export type GreedyOptions = ProcessorOptions &
  Evidence & { readonly temperature?: 0 | undefined } & { readonly [Name in keyof Filters | 'seed']?: undefined };

/** A random token: needs a temperature, takes filters and a seed (a whole number from 0 to 2³² - 1; a new one if not given). */
export type DrawOptions = ProcessorOptions &
  Filters &
  Evidence & { readonly temperature: number; readonly seed?: number | undefined };

/** What `sampler` takes. */
export type SamplerOptions = GreedyOptions | DrawOptions;

/**
 * Makes a type error of what `SamplerOptions` alone lets pass: a filter or a seed beside temperature 0, and an unknown name. Use:
 * `<const Options extends SamplerOptions>(options: Options & Checked<Options>)`.
 */
export type Checked<Options> = {
  readonly [Name in Exclude<keyof Options, keyof DrawOptions>]: never;
} & (Options extends {
  readonly temperature: 0;
}
  ? GreedyOptions
  : unknown);
