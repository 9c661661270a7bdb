import { residualImageTokensConfig, residualPaintingConfig } from '@residual/families';
import { tokenizerFromJson } from '@residual/tokenizer';
import { createModel } from '../load/create-model.js';
import type { Model } from '../model.js';

/** The number of codes of `paintingModel`, each a square of 4 of 12 pixels. */
export const paintingCodes = 13;

/** A small model that paints, with random weights; its words are cat, sun, a, red. */
export function paintingModel(seed = 3): Promise<Model> {
  const image = { imageSize: 12, factor: 4, codes: paintingCodes, codeDim: 3, modelDim: 6, encoderDepth: 1 };
  const names = Array.from({ length: paintingCodes }, (_, code) => `<${code}>`);
  const tokens = [...names, '<start>', '[UNK]', '[PAD]', 'cat', 'sun', 'a', 'red'];
  const tokenizer = tokenizerFromJson({
    version: '1.0',
    added_tokens: [],
    normalizer: { type: 'Lowercase' },
    pre_tokenizer: { type: 'Whitespace' },
    post_processor: null,
    decoder: null,
    model: { type: 'WordLevel', vocab: Object.fromEntries(tokens.map((token, id) => [token, id])), unk_token: '[UNK]' },
  });
  const sizes = { words: 6, wordDim: 4, modelDim: 8, heads: 2, depth: 1, promptWords: 3 };
  const config = residualPaintingConfig(residualImageTokensConfig({ ...image, decoderDepth: 1 }), sizes);
  return createModel({ ...config, initializer_range: 0.5 }, { seed, tokenizer });
}
