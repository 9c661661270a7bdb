import { ResidualError } from '@residual/tensor';
import type { LoadedModel } from '../loaded-model.js';
import { textModelOf } from '../model-kind.js';
import { expectReadOptions } from '../read-batches.js';
import { labelScores } from './label-scores.js';
import { encodeTexts, expectText, expectTextList, readTexts, type TextOptions } from './text-pass.js';

/** A document with how well it answers a query. */
export interface RankedDocument {
  /** Its index among the documents. */
  readonly index: number;
  /** From 0 to 1, or of a regression the number itself. */
  readonly score: number;
  readonly text: string;
}

/**
 * The documents by how well they answer the query, best first: each is read together with the query by a cross-encoder,
 * a model that classifies texts with one label. What does not fit into the model's positions is cut off at the longer
 * of the two. Throws for a model with several labels.
 */
export async function rerankDocuments(
  model: LoadedModel,
  query: string,
  documents: readonly string[],
  options: TextOptions,
): Promise<readonly RankedDocument[]> {
  model.check();
  const bound = textModelOf('rerank', model, ['sequence-classification']);
  const { labels } = bound.composition;
  if (labels.length !== 1)
    throw new ResidualError('kind', `rerank: this model has ${labels.length} labels; a cross-encoder has one`);
  expectReadOptions('rerank', options);
  expectText('rerank', 'the query', query);
  expectTextList('rerank', 'documents', documents);
  const pairs = documents.map(document => [query, document] as const);
  const encodings = encodeTexts('rerank', model, pairs, { truncation: { maxLength: model.maxPositions } });
  const rows = await readTexts('rerank', model, bound, encodings, options);
  const ranked = rows.map((row, index) => {
    return { index, score: labelScores(bound.composition, row)[0]!, text: documents[index]! };
  });
  return ranked.sort((a, b) => b.score - a.score);
}
