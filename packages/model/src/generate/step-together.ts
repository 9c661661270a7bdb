import { type SequenceScope, sequenceScopes } from '@residual/attention';
import { emptyScope, JoinedStates, keyRange, recurrentStates, stepPositions } from '@residual/layers';
import { type Tensor, tensor, tidy } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { CachedBatch } from './cached-batch.js';

/**
 * Feeds one token to each of several plain sequences of one model in one pass, and returns the logits after them,
 * [rows, 1, vocab], which the caller disposes. Each sequence has its own cache, positions and length; the weights are
 * read once for all. The pass has `rows` rows, the last of them padding, so that a GPU compiles programs for few
 * shapes.
 */
export function stepTogether(sequences: readonly CachedBatch[], tokens: readonly number[], rows: number): Tensor {
  const logits = tidy(() => {
    const caches = sequences.map(({ cache }) => cache);
    const lengths = caches.map(({ length }) => length);
    const capacities = caches.map(cache => cache.ensureCapacity(1));
    const scopes = caches.map((cache, i): SequenceScope => {
      const position = tensor([lengths[i]!], [1], 'int32');
      const positionIds = tensor([lengths[i]!], [1, 1], 'int32');
      const positions = { positionIds, totalLength: lengths[i]! + 1, capacity: capacities[i]!, tables: cache.tables };
      return scope => cache.inScope(scope).with(stepPositions, positions).with(keyRange, { position });
    });
    const longest = capacities.indexOf(Math.max(...capacities));
    const padded = [...lengths, ...Array<number>(rows - lengths.length).fill(0)];
    const scope = emptyScope
      .with(sequenceScopes, scopes)
      .with(
        recurrentStates,
        new JoinedStates(
          caches.map(({ recurrent }) => recurrent),
          rows,
        ),
      )
      .with(stepPositions, {
        positionIds: tensor(padded, [rows, 1], 'int32'),
        totalLength: Math.max(...lengths) + 1,
        capacity: capacities[longest]!,
        tables: caches[longest]!.tables,
      })
      .with(keyRange, { position: tensor(padded, [rows], 'int32') })
      .with(logitPositions, tensor([0], [1], 'int32'));
    const ids = [...tokens, ...Array<number>(rows - tokens.length).fill(0)];
    return sequences[0]!.forward(tensor(ids, [rows, 1], 'int32'), scope);
  });
  for (const { cache } of sequences) cache.length += 1;
  return logits;
}
