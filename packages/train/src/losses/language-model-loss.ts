import { sharedBias } from '@residual/attention';
import { type Scope, stepPositions, type Weights } from '@residual/layers';
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
import { chunkedHead, type LanguageModel, type TensorLayer } from '@residual/transformer';
import { labelCount, type TokenBatch } from '../data/token-batch.js';
import type { Objective } from '../loop/objective.js';
import { chunkedLoss } from './chunked-loss.js';
import { labelsOf, type TokenLossOptions } from './token-loss.js';

/** Settings of `languageModelLoss` and `sequenceToSequenceLoss`. */
export interface LanguageModelLossOptions extends Omit<TokenLossOptions, 'ignoreIndex' | 'weights'> {
  /** The largest number of rows of logits at once; 2,048 if absent. */
  readonly chunk?: number;
  /** The longest sequence of the model; its position encoding decides if absent. */
  readonly maxPositions?: number;
}

/** Their names. */
export const languageModelLossNames = { labelSmoothing: 0, chunk: 0, maxPositions: 0 } as const;

/**
 * The mean cross-entropy of next tokens as an objective for `train`, for any language model. Packed documents do not
 * attend to each other.
 */
export function languageModelLoss<Model extends LanguageModel<TensorLayer>>(
  model: Model,
  options: LanguageModelLossOptions = {},
): Objective<Weights<Model>, TokenBatch> {
  expectOptions('languageModelLoss', options, languageModelLossNames);
  return {
    tokens: labelCount,
    loss: (weights, batch, scope) => {
      const { sequences, length, ids } = batch;
      expectMaxPositions('languageModelLoss', length, options);
      return tidy(() =>
        meanChunkedLoss(batch.labels, options, head =>
          model(
            weights,
            tensor(ids, [sequences, length], 'int32'),
            blockDiagonalScope(batch, scope).with(chunkedHead, head),
          ),
        ),
      );
    },
  };
}

/** The mean loss over the labels that count, from a model that runs with a chunked head. */
export function meanChunkedLoss(
  labels: Int32Array,
  { chunk = 2048, ...options }: LanguageModelLossOptions,
  run: (head: ReturnType<typeof chunkedLoss>) => Tensor,
): Tensor {
  const weightedLabels = labelsOf('loss', labels, options);
  return mul(run(chunkedLoss(weightedLabels, chunk, options)), 1 / (weightedLabels.totalWeight || 1));
}

/** Throws if a batch is longer than `maxPositions`. */
export function expectMaxPositions(
  name: string,
  length: number,
  { maxPositions = Number.POSITIVE_INFINITY }: LanguageModelLossOptions,
) {
  if (length > maxPositions)
    throw new ResidualError(
      'range',
      `${name}: a batch of length ${length} is longer than the ${maxPositions} positions of the model`,
    );
}

/** A scope in which tokens attend only to their own document and each document starts at position 0. */
function blockDiagonalScope({ sequences, length, documentIds, positionIds: at }: TokenBatch, scope: Scope): Scope {
  if (!documentIds) return scope;
  const documentOf = tensor(documentIds, [sequences, length], 'int32');
  const isSame = equal(reshape(documentOf, [sequences, 1, length, 1]), reshape(documentOf, [sequences, 1, 1, length]));
  const bias = affine(toFloat(isSame), 1e4, -1e4); // 0 or -10⁴: far below any score, and a number in 16 bits too
  const ids = at && tensor(at, [sequences, length], 'int32');
  const positioned = ids ? scope.with(stepPositions, { positionIds: ids, totalLength: length }) : scope;
  return positioned.with(sharedBias, bias);
}
