import { expectOptions } from '@residual/tensor';
import { type Config, ConfigReader } from '../config/config.js';
import type { CausalComposition, Family } from '../family.js';
import {
  type PromptedDecoderSizes,
  promptedDecoder,
  promptedDecoderFields,
  promptedDecoderLayout,
  promptedDecoderMappings,
  promptedDecoderNames,
} from '../parts/prompted-decoder.js';

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
      const grid = config.size('grid_size', 32, maxGrid);
      const defaults = { modelDim: 160, hiddenDim: 432, depth: 4, heads: 5, maxPositions: 144, vocab: 12000 };
      const decoder = promptedDecoder(config, defaults, { count: grid * grid + strokeControls, name: 'drawings' });
      config.refuseUnread(ignoreConfig);
      return { kind: 'causal-lm', ...decoder, openEnded: true, drawingGrid: grid };
    },
    mappings: promptedDecoderMappings(),
    ...promptedDecoderLayout,
  };
}

/** Pen up, the end of a drawing, and its start. */
const strokeControls = 3;

/** The most columns and rows of a grid. */
const maxGrid = 1024;

/** Sizes of `residualDrawingConfig`. */
export interface ResidualDrawingSizes extends PromptedDecoderSizes {
  /** Columns and rows of the grid of points. */
  readonly grid: number;
  /** The longest prompt with its drawing, in tokens. */
  readonly maxPositions: number;
}

/** The `config.json` of a new model that draws. */
export function residualDrawingConfig(sizes: ResidualDrawingSizes): Config {
  expectOptions('residualDrawingConfig', sizes, { ...promptedDecoderNames, grid: 1, maxPositions: 1 });
  const points = sizes.grid ** 2;
  return {
    architectures: ['ResidualDrawingForCausalLM'],
    model_type: 'residual_drawing',
    grid_size: sizes.grid,
    ...promptedDecoderFields(sizes, points + strokeControls, sizes.maxPositions),
    bos_token_id: points + 2,
    eos_token_id: points + 1,
  };
}
