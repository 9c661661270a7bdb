import { expectPrompts } from '../arguments.js';
import type { LoadedModel, Prompt } from '../loaded-model.js';
import { causalOf, encoderDecoderOf } from '../model-kind.js';
import type { Sequences } from '../sequences.js';
import type { CachedBatch } from './cached-batch.js';
import type { BatchOptions } from './decode-model.js';
import { checkPrompts } from './options.js';
import { startCausal, startEncoderDecoder } from './start-batch.js';

/** What a decoding begins with. */
export interface DecoderInput {
  /** The tokens that the decoder continues, [batch][length]. */
  readonly prompts: Sequences;
  /** The tokens that the encoder of an encoder-decoder reads, for each prompt. */
  readonly sources?: Sequences | undefined;
  /** Starts a batch; again after a lost context. */
  startBatch(options: BatchOptions): Promise<CachedBatch>;
}

/** The input of a decoding of prompts; an encoder-decoder reads them as sources and starts with its start token. */
export function decoderInputOf(caller: string, model: LoadedModel, prompts: readonly Prompt[]): DecoderInput {
  expectPrompts(caller, prompts);
  const tokens = prompts.map(prompt => model.tokensOf(caller, prompt));
  const { composition, maxPositions, fixedShapes, capturedSteps, openEnded } = model;
  const maxSourceLength = openEnded ? Number.POSITIVE_INFINITY : maxPositions;
  const context = { maxPositions, fixedShapes, capturedSteps, maxSourceLength };
  if (composition.kind === 'causal-lm') {
    const startBatch = async (options: BatchOptions) => startCausal(causalOf(caller, model), context, options);
    return { prompts: tokens, startBatch };
  }
  checkPrompts(caller, composition.model.source.vocab, maxSourceLength, tokens);
  return {
    prompts: tokens.map(() => [model.decoderStartTokenId]),
    sources: tokens,
    startBatch: options => startEncoderDecoder(encoderDecoderOf(caller, model), tokens, context, options),
  };
}
