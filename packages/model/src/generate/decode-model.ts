import type { Scope } from '@residual/layers';
import type { CacheForm } from '@residual/tensor';
import type { Tokenizer } from '@residual/tokenizer';
import type { CapturedSteps } from './captured-steps.js';
import type { GenerationConfig } from './options.js';
import type { PrefixCache } from './prefix-cache.js';
import type { SharedSteps } from './shared-steps.js';

/** The model as decoding sees it. */
export interface DecodeModel {
  readonly vocab: number;
  readonly tokenizer: Tokenizer | undefined;
  readonly maxPositions: number;
  /** Whether sequences may be longer than `maxPositions`. */
  readonly openEnded: boolean;
  readonly generationConfig: GenerationConfig;
  readonly eosTokenIds: readonly number[];
  /** Whether the backend compiles programs by shape, so that prompts are fed in few lengths. */
  readonly fixedShapes: boolean;
  /** Whether layers keep recurrent states, so that prompts are fed without padding after them. */
  readonly isRecurrent: boolean;
  /** Up to which length keys do not depend on the length of their sequence. */
  readonly unscaledLength: number;
  readonly capturedSteps: CapturedSteps;
  readonly sharedSteps: SharedSteps;
  /** The beginnings of prompts that were computed before; undefined if none are kept. */
  readonly prefixCache: PrefixCache | undefined;
  /** Throws unless the weights are on the active backend. */
  check(): void;
  /** Lets other work run, then checks; rejects if `signal` is aborted. */
  yieldTurn(signal: AbortSignal | undefined): Promise<void>;
  /** After an error, reloads the weights if the context was lost; false if that does not help. */
  recover(error: unknown, signal: AbortSignal | undefined): Promise<boolean>;
}

/** How many tokens a source may have: the positions of the model, or any number if it computes its positions. */
export function maxSourceLengthOf({ maxPositions, openEnded }: DecodeModel): number {
  return openEnded ? Number.POSITIVE_INFINITY : maxPositions;
}

/** The options of a new batch. */
export interface BatchOptions {
  /** How many tokens a sequence may have; with `contextKeep` its padding counts too. */
  readonly maxLength: number;
  /** How many positions of padding precede each sequence. */
  readonly padding: readonly number[];
  /** How many consecutive sequences, its beams, belong to each prompt; default 1. */
  readonly beams?: number;
  /** How the cache stores keys and values; default `f32`. */
  readonly cache?: CacheForm | undefined;
  /** How many first tokens stay where the oldest are dropped from a full cache; none are dropped if absent. */
  readonly contextKeep?: number | undefined;
  /** The scope in which the model runs: taps and replacements. */
  readonly scope: Scope;
  /** Whether hooks see the tokens fed, so that no padding follows the longest source; default false. */
  readonly hasHooks?: boolean;
  /** Lets other work run between two passes of the encoder; rejects if the generation is aborted meanwhile. */
  readonly yieldTurn: () => Promise<void>;
}
