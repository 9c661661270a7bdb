import { firstDifference } from '../checkpoint/first-difference.js';
import type { Buffer } from '../family.js';

/**
 * What files of encoders contain beside the weights: the numbers of the positions and the types of tokens without given
 * ones, and what only the pretraining used, which Hugging Face transformers ignores too: the pooler where the head has
 * none, and the heads that `names` match.
 */
export function pretrainingBuffers(names: readonly RegExp[] = []): Buffer[] {
  return [
    {
      name: /(^|\.)embeddings\.position_ids$/,
      findDifference: values => firstDifference(values, index => index),
    },
    {
      name: /(^|\.)embeddings\.token_type_ids$/,
      findDifference: values => firstDifference(values, () => 0),
    },
    ...[/(^|\.)pooler\.(dense\.)?(weight|bias)$/, ...names].map(name => ({ name })),
  ];
}
