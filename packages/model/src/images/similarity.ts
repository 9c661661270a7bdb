import { emptyScope, joined } from '@residual/layers';
import { tensor } from '@residual/tensor';
import type { LoadedModel } from '../loaded-model.js';
import { imageTextModelOf } from '../model-kind.js';
import { expectReadOptions } from '../read-batches.js';
import { softmax } from '../understand/label-scores.js';
import { embedTextsOf } from './embed-images.js';
import { type ImageInput, type ImageOptions, type ProcessedImages, readImages } from './image-pass.js';

/** The options of `similarity`. */
export interface SimilarityOptions extends ImageOptions {
  /** Longer texts are cut to so many tokens, special ones included; if absent, too long a text is an error. */
  readonly maxTokens?: number;
}

/** How well a text fits a picture. */
export interface TextScore {
  readonly text: string;
  /** From 0 to 1: over all texts of a picture together 1 (CLIP), or for each text by itself (SigLIP). */
  readonly score: number;
  /** The number of which the score is made: the cosine of both vectors, scaled, plus the model's bias. */
  readonly logit: number;
}

/** How well each text fits each picture, in the order of the texts. Texts are read once, then pictures in batches. */
export async function similarities(
  model: LoadedModel,
  images: readonly ImageInput[] | ProcessedImages,
  texts: readonly string[],
  options: SimilarityOptions,
): Promise<readonly (readonly TextScore[])[]> {
  model.check();
  const { composition } = imageTextModelOf('similarity', model);
  const { maxTokens, ...reading } = options;
  expectReadOptions('similarity', options, { maxTokens: 0 });
  const { signal } = options;
  const settings = { ...(signal && { signal }), ...(maxTokens !== undefined && { maxTokens }) };
  const vectors = await embedTextsOf('similarity', model, texts, settings);
  const rows = await readImages('similarity', model, images, reading, (inputs, scope) => {
    const { layer, weights } = imageTextModelOf('similarity', model);
    const ofTexts = tensor(joined(Float32Array, vectors), [vectors.length, vectors[0]!.length]);
    return layer.compare(weights, { images: layer.embedImages(weights, inputs, scope), texts: ofTexts }, emptyScope);
  });
  return rows.map(logits => {
    const scores = composition.scores === 'softmax' ? softmax(logits) : logits.map(logit => 1 / (1 + Math.exp(-logit)));
    return texts.map((text, i) => ({ text, score: scores[i]!, logit: logits[i]! }));
  });
}
