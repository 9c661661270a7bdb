import type { LoadedModel } from '../loaded-model.js';
import { imageModelOf } from '../model-kind.js';
import type { LabelScore } from '../understand/classify.js';
import { rankedLabels } from '../understand/label-scores.js';
import { type ImageInput, type ImageOptions, type ProcessedImages, readImages } from './image-pass.js';

/** The labels of each picture, best first. Throws for a model without a head that classifies pictures. */
export async function classifyImages(
  model: LoadedModel,
  images: readonly ImageInput[] | ProcessedImages,
  options: ImageOptions,
): Promise<readonly (readonly LabelScore[])[]> {
  model.check();
  const tasks = ['image-classification'] as const;
  const { composition } = imageModelOf('classifyImage', model, tasks);
  const rows = await readImages('classifyImage', model, images, options, (inputs, scope) => {
    const { layer, weights } = imageModelOf('classifyImage', model, tasks);
    return layer(weights, inputs, scope);
  });
  return rows.map(row => rankedLabels(composition, row));
}
