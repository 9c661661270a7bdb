import { selfAttention } from '@residual/attention';
import { joinedEmbedding, projectedEmbedding, tokenEmbedding } from '@residual/embeddings';
import { linear, rmsNorm } from '@residual/layers';
import { gatedMlp } from '@residual/mlp';
import { expectOptions } from '@residual/tensor';
import { languageModel, stack, transformerBlock } from '@residual/transformer';
import { type Config, ConfigReader } from '../config/config.js';
import { rotaryOf } from '../config/rope.js';
import type { CausalComposition, Family } from '../family.js';
import { rotaryBuffers } from '../parts/buffers.js';
import { causalMask } from '../parts/layer-types.js';
import { llamaAttention, llamaEnds, llamaMlp, llamaNorms, moduleNames } from '../parts/names.js';
import { decoderSizes, headsOf } from '../parts/sizes.js';

/**
 * Residual's own small model that draws: the blocks of Llama over the tokens of drawings (points of a grid, pen up,
 * end, start), which it reads and writes, and words, which it only reads: word vectors through a projection. A prompt
 * is words, the start, and the strokes that are there already. `residual train drawings` trains it.
 */
export const residualDrawing: Family<CausalComposition> = /* @__PURE__ */ residualDrawingFamily();

function residualDrawingFamily(): Family<CausalComposition> {
  return {
    name: 'residual_drawing',
    modelTypes: ['residual_drawing'],
    architectures: ['ResidualDrawingForCausalLM'],
    compose: (fields, { ignoreConfig = [] } = {}) => {
      const config = new ConfigReader('residual_drawing', fields);
      const sizes = decoderSizes(config, {
        ...{ modelDim: 160, hiddenDim: 432, depth: 4, heads: 5, maxPositions: 144, vocab: 12000 },
      });
      const { modelDim, hiddenDim, maxPositions, depth, heads, vocab } = sizes;
      const grid = config.size('grid_size', 32, maxGrid);
      const written = grid * grid + strokeControls;
      const wordDim = config.size('embedding_size', 100);
      if (vocab <= written) config.refuse('vocab_size', vocab, `above the ${written} tokens of drawings`);
      const norm = rmsNorm({ dim: modelDim, epsilon: config.number('rms_norm_eps', 1e-5) });
      const embedding = joinedEmbedding({
        written: tokenEmbedding({ vocab: written, dim: modelDim }),
        read: projectedEmbedding({
          embedding: tokenEmbedding({ vocab: vocab - written, dim: wordDim }),
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
      config.refuseUnread(ignoreConfig);
      const model = languageModel({
        embedding,
        decoder: stack({ block, depth, norm }),
        head: linear({ in: modelDim, out: written, bias: false, role: 'unembedding' }),
      });
      return { kind: 'causal-lm', model, maxPositions, openEnded: true, depth, heads, drawingGrid: grid };
    },
    prefix: 'model.',
    mappings: [
      ...llamaEnds,
      ...moduleNames(
        { embed_words: 'read', word_projection: 'read.projection' },
        { checkpoint: '', tree: 'embedding.' },
      ),
      ...moduleNames({ ...llamaNorms, ...llamaAttention, ...llamaMlp }),
    ],
    buffers: rotaryBuffers(),
    aliases: {},
  };
}

/** Pen up, the end of a drawing, and its start. */
const strokeControls = 3;

/** The most columns and rows of a grid. */
const maxGrid = 1024;

/** Sizes of `residualDrawingConfig`. */
export interface ResidualDrawingSizes {
  /** Columns and rows of the grid of points. */
  readonly grid: number;
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
  /** The longest prompt with its drawing, in tokens. */
  readonly maxPositions: number;
}

/** The `config.json` of a new model that draws. */
export function residualDrawingConfig(sizes: ResidualDrawingSizes): Config {
  const names = { grid: 1, words: 1, wordDim: 1, modelDim: 1, heads: 1, depth: 1, hiddenDim: 0 } as const;
  expectOptions('residualDrawingConfig', sizes, { ...names, maxPositions: 1 });
  const { grid, words, wordDim, modelDim, heads, depth, maxPositions } = sizes;
  const { hiddenDim = 16 * Math.max(1, Math.round(modelDim / 6)) } = sizes;
  const points = grid * grid;
  return {
    architectures: ['ResidualDrawingForCausalLM'],
    model_type: 'residual_drawing',
    grid_size: grid,
    vocab_size: points + strokeControls + words,
    embedding_size: wordDim,
    hidden_size: modelDim,
    intermediate_size: hiddenDim,
    num_attention_heads: heads,
    num_hidden_layers: depth,
    max_position_embeddings: maxPositions,
    hidden_act: 'silu',
    rms_norm_eps: 1e-5,
    attention_dropout: 0,
    bos_token_id: points + 2,
    eos_token_id: points + 1,
  };
}
