import { selfAttention } from '@residual/attention';
import { joinedEmbedding, learnedPositions, projectedEmbedding, tokenEmbedding } from '@residual/embeddings';
import { linear, rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { languageModel, stack, transformerBlock } from '@residual/transformer';
import type { Config, ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { Family, WeightMapping } from '../family.js';
import { rotaryBuffers } from './buffers.js';
import { causalMask } from './layer-types.js';
import { llamaAttention, llamaEnds, llamaMlp, llamaNorms, moduleNames } from './names.js';
import { decoderSizes, headsOf, type SizeDefaults } from './sizes.js';

/** What a decoder with a prompt of words writes. */
export interface PromptedTokens {
  /** How many tokens it reads and writes; words follow them. */
  readonly count: number;
  /** What they are, for errors. */
  readonly name: string;
  /** Whether each position has a vector of its own, beside rotary positions; false if absent. */
  readonly learnedPositions?: boolean;
}

/**
 * The blocks of Llama over tokens that are read and written, and words, which are only read: word vectors through a
 * projection.
 */
export function promptedDecoder(config: ConfigReader, defaults: SizeDefaults, tokens: PromptedTokens) {
  const sizes = decoderSizes(config, defaults);
  const { modelDim, hiddenDim, maxPositions, depth, heads, vocab } = sizes;
  const { count, name, learnedPositions: isLearned = false } = tokens;
  const wordDim = config.size('embedding_size', 100);
  if (vocab <= count) config.refuse('vocab_size', vocab, `above the ${count} tokens of ${name}`);
  const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
  const embedding = joinedEmbedding({
    written: tokenEmbedding({ vocab: count, dim: modelDim }),
    read: projectedEmbedding({
      embedding: tokenEmbedding({ vocab: vocab - count, dim: wordDim }),
      projection: linear({ in: wordDim, out: modelDim, bias: false }),
    }),
  });
  const block = transformerBlock({
    norm,
    attention: selfAttention({
      ...headsOf(sizes),
      mask: causalMask(undefined),
      bias: false,
      positionEncoding: rotaryOf(config, sizes),
      dropout: config.dropout('attention_dropout'),
    }),
    mlp: gatedMlp({ modelDim, hiddenDim, activation: config.activation('hidden_act', 'silu') }),
  });
  config.tokenId('pad_token_id');
  const model = languageModel({
    embedding,
    ...(isLearned && { positionEncoding: learnedPositions({ maxPositions, dim: modelDim }) }),
    decoder: stack({ block, depth, norm }),
    head: linear({ in: modelDim, out: count, bias: false, role: 'unembedding' }),
  });
  return { model, maxPositions, depth, heads };
}

/** How the checkpoints of such a decoder name its weights. */
export function promptedDecoderMappings(): WeightMapping[] {
  return [
    ...llamaEnds,
    { checkpointName: 'embed_positions.weight', path: 'positions.weight' },
    ...moduleNames({ embed_words: 'read', word_projection: 'read.projection' }, { checkpoint: '', tree: 'embedding.' }),
    ...moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp }),
  ];
}

/** What the families of such decoders share. */
export const promptedDecoderLayout = {
  prefix: 'model.',
  buffers: /* @__PURE__ */ rotaryBuffers(),
  aliases: {},
} as const satisfies Partial<Family>;

/** Sizes of the `config.json` of a new decoder with a prompt of words. */
export interface PromptedDecoderSizes {
  /** The number of words. */
  readonly words: number;
  /** Width of the word vectors. */
  readonly wordDim: number;
  /** The width of the blocks. */
  readonly modelDim: number;
  /** The heads of their attention. */
  readonly heads: number;
  /** The number of blocks. */
  readonly depth: number;
  /** The width inside the MLPs; 8/3 of `modelDim`, in steps of 16, if absent. */
  readonly hiddenDim?: number;
}

/** The names of `PromptedDecoderSizes`. */
export const promptedDecoderNames = { words: 1, wordDim: 1, modelDim: 1, heads: 1, depth: 1, hiddenDim: 0 } as const;

/** The fields of such a decoder in a `config.json`, for `count` tokens that it writes. */
export function promptedDecoderFields(sizes: PromptedDecoderSizes, count: number, maxPositions: number): Config {
  const { words, wordDim, modelDim, heads, depth } = sizes;
  const { hiddenDim = 16 * Math.max(1, Math.round(modelDim / 6)) } = sizes;
  return {
    vocab_size: count + words,
    embedding_size: wordDim,
    hidden_size: modelDim,
    intermediate_size: hiddenDim,
    num_attention_heads: heads,
    num_hidden_layers: depth,
    max_position_embeddings: maxPositions,
    hidden_act: 'silu',
    rms_norm_eps: 1e-5,
    attention_dropout: 0,
  };
}
