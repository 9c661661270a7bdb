import { gather, isTensor, ResidualError, reshape, type Tensor, tensor, tidy } from '@residual/tensor';
import type { TokenBatch } from '@residual/train';
import type { BoundLayer } from '../../bound-layer.js';
import type { ModelInput } from '../../model-input.js';
import { activationAt } from './activation-at.js';

/** A batch of what the model reads: token ids, windows of `@residual/train`, or another input. */
export type ActivationBatch = ModelInput | TokenBatch;

const caller = 'trainSparseAutoencoder';

/**
 * The activations at a path as rows [rows, modelDim]. Positions of a `TokenBatch` without a label are left out. The
 * caller disposes them. Errors if the model has no such tensor or the batch holds packed documents.
 */
export function activationRows(model: BoundLayer, batch: ActivationBatch, path: string): Tensor {
  if (!isTokenBatch(batch)) return asRows(activationAt(caller, model, batch, path));
  const { sequences, length, ids, labels, documentIds } = batch;
  if (documentIds)
    throw new ResidualError('data', `${caller}: the batch packs several documents into a sequence; use windows of one`);
  const input = tensor(ids, [sequences, length], 'int32');
  try {
    const rows = asRows(activationAt(caller, model, input, path));
    const counted = Array.from(labels.keys()).filter(i => labels[i]! >= 0);
    if (counted.length === rows.shape[0]) return rows;
    const kept = tidy(() => gather(rows, tensor(counted, [counted.length], 'int32'), 0));
    rows.dispose();
    return kept;
  } finally {
    input.dispose();
  }
}

function isTokenBatch(batch: ActivationBatch): batch is TokenBatch {
  return typeof batch === 'object' && !isTensor(batch) && 'sequences' in batch && 'ids' in batch && 'labels' in batch;
}

/** x [..., width] as [rows, width]; x is disposed. */
function asRows(x: Tensor): Tensor {
  const rows = reshape(x, [-1, x.shape.at(-1)!]);
  x.dispose();
  return rows;
}
