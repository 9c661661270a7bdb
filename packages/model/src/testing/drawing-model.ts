import { residualDrawingConfig } from '@residual/families';
import { tokenizerFromJson } from '@residual/tokenizer';
import { strokeTokenizer } from '@residual/vision';
import { createModel } from '../load/create-model.js';
import type { Model } from '../model.js';

const strokes = strokeTokenizer({ grid: 5 });

/** The words of `drawingModel`; its other tokens are those of a grid of 5 x 5. */
export const drawingWords = ['[UNK]', 'cat', 'sun'];

/** A small model that draws, with random weights. */
export function drawingModel(seed = 3): Promise<Model> {
  const tokens = [...strokes.names, ...drawingWords];
  const tokenizer = tokenizerFromJson({
    version: '1.0',
    added_tokens: [],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), unk_token: '[UNK]' },
  });
  const sizes = { grid: 5, words: 3, wordDim: 4, modelDim: 8, heads: 2, depth: 1, maxPositions: 40 };
  return createModel({ ...residualDrawingConfig(sizes), initializer_range: 0.5 }, { seed, tokenizer });
}
