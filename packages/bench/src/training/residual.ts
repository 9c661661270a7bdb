import { gpt2Config } from '@residual/families';
import { causalOf, createModel } from '@residual/model';
import { adam, languageModelLoss, type TokenBatch, type TrainingEvent, train } from '@residual/train';
import { adamSettings, idsOf, type Trainer, type TrainingShape } from './trainer.js';

/** This library with its public API: `createModel` and `train`. */
export function residual(): Trainer {
  let events: AsyncIterator<TrainingEvent> | undefined;
  return {
    begin: async shape => {
      const { vocab, modelDim, heads, depth, length } = shape;
      const model = await createModel(gpt2Config({ vocab, modelDim, heads, depth, maxPositions: length }), { seed: 1 });
      const { layer, weights } = causalOf('bench', model);
      const { rate, ...settings } = adamSettings;
      const run = train({
        layer,
        weights,
        loss: languageModelLoss(layer),
        batches: position => batchOf(shape, position),
        steps: Number.MAX_SAFE_INTEGER,
        learningRate: rate,
        optimizer: adam(settings),
      });
      events = run[Symbol.asyncIterator]();
    },
    step: async () => {
      const { value } = await events!.next();
      return (value as { loss: number }).loss;
    },
  };
}

function batchOf(shape: TrainingShape, position: number): TokenBatch {
  const rows = idsOf(shape, position);
  const { batch, length } = shape;
  return {
    sequences: batch,
    length,
    ids: Int32Array.from(rows.flatMap(row => row.slice(0, -1))),
    labels: Int32Array.from(rows.flatMap(row => row.slice(1))),
  };
}
