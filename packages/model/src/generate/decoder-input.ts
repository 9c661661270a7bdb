import { ResidualError } from '@residual/tensor';
import { expectPrompts, expectTokens } from '../arguments.js';
import type { LoadedModel, Prompt } from '../loaded-model.js';
import { causalOf, encoderDecoderOf } from '../model-kind.js';
import type { Sequences } from '../sequences.js';
import type { CachedBatch } from './cached-batch.js';
import { type BatchOptions, maxSourceLengthOf } from './decode-model.js';
import { startCausal, startEncoderDecoder } from './start-batch.js';

/** The prompts of a decoding, and how its batch starts. */
export interface DecoderInput {
  /** The tokens that the decoder continues, [batch][length]. */
  readonly prompts: Sequences;
  /** The tokens that the encoder of an encoder-decoder reads, for each prompt. */
  readonly sources?: Sequences | undefined;
  /** Starts a batch; called again after a lost context. */
  startBatch(options: BatchOptions): Promise<CachedBatch>;
  /**
   * Takes over the batch of a session that has ended without an error, and the tokens of its sequences; if absent, the
   * batch is disposed.
   */
  endBatch?(batch: CachedBatch, sequences: Sequences): void;
}

/**
 * The input for prompts. A decoder-only model continues them; an encoder-decoder reads them as sources, and its decoder
 * continues the start token. Throws for prompts that the model cannot read.
 */
export function decoderInputOf(caller: string, model: LoadedModel, prompts: readonly Prompt[]): DecoderInput {
  expectPrompts(caller, prompts);
  if (prompts.length === 0) throw new ResidualError('prompt', `${caller}: there is no prompt`);
  const tokens = prompts.map(prompt => model.tokensOf(caller, prompt));
  const { composition } = model;
  if (composition.kind !== 'seq2seq-lm') {
    causalOf(caller, model); // throws for a model of another kind
    const startBatch = async (options: BatchOptions) => startCausal(causalOf(caller, model), model, options);
    return { prompts: tokens, startBatch };
  }
  expectTokens(caller, tokens, { vocab: composition.model.source.vocab, maxLength: maxSourceLengthOf(model) });
  return {
    prompts: tokens.map(() => [model.decoderStartTokenId]),
    sources: tokens,
    startBatch: options => startEncoderDecoder(encoderDecoderOf(caller, model), tokens, model, options),
  };
}
