import { sharedBias } from '@residual/attention';
import { places, type Scope, type Weights } from '@residual/layers';
import {
  affine,
  equal,
  expectOptions,
  mul,
  ResidualError,
  reshape,
  type Tensor,
  tensor,
  tidy,
  toFloat,
} from '@residual/tensor';
import { headReader, type LanguageModel, type Part } from '@residual/transformer';
import { ignored, type TokenBatch } from '../data/token-batch.js';
import type { Objective } from '../loop/objective.js';
import { lossInChunks } from './chunked.js';
import { labelsOf, type TokenLossOptions } from './token-loss.js';

/** Settings of the losses of language models. */
export interface LanguageLossOptions extends Omit<TokenLossOptions, 'ignore' | 'weights'> {
  /** How many rows of logits may exist at once; 2,048 if absent. */
  readonly chunk?: number;
  /** Longest row that the model takes; what its positions say if absent. */
  readonly positions?: number;
}

/** Their names. */
export const languageLossNames = { smoothing: 0, chunk: 0, positions: 0 } as const;

/** The mean loss of predicting each next token, for any language model: an objective for `train`. Documents that share a row stay apart. */
export function nextToken<Model extends LanguageModel<Part>>(
  model: Model,
  options: LanguageLossOptions = {},
): Objective<Weights<Model>, TokenBatch> {
  expectOptions('nextToken', options, languageLossNames);
  return {
    tokens: ({ labels }) => labels.reduce((count, label) => count + (label === ignored ? 0 : 1), 0),
    loss: (weights, batch, scope) => {
      const { rows, length, ids } = batch;
      expectRoom('nextToken', length, options);
      return tidy(() =>
        inChunks(batch.labels, options, reader =>
          model(weights, tensor(ids, [rows, length], 'int32'), apart(batch, scope).with(headReader, reader)),
        ),
      );
    },
  };
}

/** The mean over the labels that count of what a model gives whose head is read chunk by chunk. */
export function inChunks(
  labels: Int32Array,
  { chunk = 2048, ...options }: LanguageLossOptions,
  run: (reader: ReturnType<typeof lossInChunks>) => Tensor,
): Tensor {
  const counted = labelsOf('loss', labels, options);
  return mul(run(lossInChunks(counted, chunk, options)), 1 / (counted.total || 1));
}

/** Throws where a row is longer than the model's positions. */
export function expectRoom(
  name: string,
  length: number,
  { positions = Number.POSITIVE_INFINITY }: LanguageLossOptions,
) {
  if (length > positions)
    throw new ResidualError(
      'range',
      `${name}: a batch of length ${length} is longer than the ${positions} positions of the model`,
    );
}

/** The scope in which places of two documents do not see each other and each document begins at position 0. */
function apart({ rows, length, documents, places: at }: TokenBatch, scope: Scope): Scope {
  if (!documents) return scope;
  const number = tensor(documents, [rows, length], 'int32');
  const isSame = equal(reshape(number, [rows, 1, length, 1]), reshape(number, [rows, 1, 1, length]));
  const hidden = affine(toFloat(isSame), 1e4, -1e4); // 0 or -10⁴: far below any score, and a number in 16 bits too
  const ids = at && tensor(at, [rows, length], 'int32');
  const placed = ids ? scope.with(places, { ids, total: length }) : scope;
  return placed.with(sharedBias, hidden);
}
