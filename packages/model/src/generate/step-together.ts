import { type SequenceScope, sequenceScopes } from '@residual/attention';
import { emptyScope, JoinedStates, keyRange, recurrentStates, stepPositions } from '@residual/layers';
import { reshape, sliceAxis, type Tensor, tensor, tidy } from '@residual/tensor';
import { logitPositions } from '@residual/transformer';
import type { CachedBatch } from './cached-batch.js';

/**
 * Feeds one token to each of several plain sequences of one model in one pass, and returns the logits after them,
 * [rows, 1, vocab], which the caller disposes. Each sequence has its own cache, positions and length; the weights are
 * read once for all. The pass has `rows` rows, the last of them padding, so that a GPU compiles programs for few
 * shapes. Sequences in the order of their capacities make the fewest captured steps.
 */
export function stepTogether(sequences: readonly CachedBatch[], tokens: readonly number[], rows: number): Tensor {
  const [{ forward }] = sequences as [CachedBatch];
  const caches = sequences.map(({ cache }) => cache);
  const capacities = caches.map(cache => cache.ensureCapacity(1));
  const padded = (values: readonly number[]) => [...values, ...Array<number>(rows - values.length).fill(0)];
  const logits = tidy(() => {
    const ids = tensor(padded(tokens), [rows, 1], 'int32');
    const positions = tensor(padded(caches.map(({ length }) => length)), [rows], 'int32');
    const run = () => forward(ids, scopeOf(sequences, capacities, positions));
    const steps = sequences.map(({ capturedSteps }) => capturedSteps);
    return steps.includes(undefined) ? run() : steps[0]!.step({ ids, positions }, caches, run);
  });
  for (const cache of caches) cache.length += 1;
  return logits;
}

/** The scope of a pass of one token each: `positions` int32 [rows] are those of the tokens. */
function scopeOf(sequences: readonly CachedBatch[], capacities: readonly number[], positions: Tensor) {
  const caches = sequences.map(({ cache }) => cache);
  const [rows] = positions.shape as [number];
  const stepOf = (i: number, positionIds: Tensor) => {
    const { length, tables } = caches[i]!;
    return { positionIds, totalLength: length + 1, capacity: capacities[i]!, tables };
  };
  const scopes = caches.map((cache, i): SequenceScope => {
    const position = sliceAxis(positions, 0, i, 1);
    const own = stepOf(i, reshape(position, [1, 1]));
    return scope => cache.inScope(scope).with(stepPositions, own).with(keyRange, { position });
  });
  const longest = capacities.indexOf(Math.max(...capacities));
  const states = new JoinedStates(
    caches.map(({ recurrent }) => recurrent),
    rows,
  );
  return emptyScope
    .with(sequenceScopes, scopes)
    .with(recurrentStates, states)
    .with(stepPositions, {
      ...stepOf(longest, reshape(positions, [rows, 1])),
      totalLength: Math.max(...caches.map(({ length }) => length)) + 1,
    })
    .with(keyRange, { position: positions })
    .with(logitPositions, tensor([0], [1], 'int32'));
}
