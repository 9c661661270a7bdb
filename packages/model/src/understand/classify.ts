import type { LoadedModel } from '../loaded-model.js';
import { textModelOf } from '../model-kind.js';
import { expectReadOptions } from '../read-batches.js';
import { rankedLabels } from './label-scores.js';
import { type ClassifyOptions, encodeCut, expectTextList, readTexts } from './text-pass.js';

/** A label with its score. */
export interface LabelScore {
  readonly label: string;
  /**
   * From 0 to 1: over all labels together 1, or of each label by itself where several may hold or there is only one. Of
   * a regression the number itself.
   */
  readonly score: number;
}

/** The labels of each text, best first. Throws for a model without a head that classifies texts. */
export async function classifyTexts(
  model: LoadedModel,
  texts: readonly string[],
  options: ClassifyOptions,
): Promise<readonly (readonly LabelScore[])[]> {
  model.check();
  const bound = textModelOf('classify', model, ['sequence-classification']);
  expectReadOptions('classify', options, { maxTokens: 0 });
  expectTextList('classify', 'texts', texts);
  const rows = await readTexts('classify', model, bound, encodeCut('classify', model, texts, options), options);
  return rows.map(row => rankedLabels(bound.composition, row));
}
