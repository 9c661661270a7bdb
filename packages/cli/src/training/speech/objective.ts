import type { ParallelSynthesizer } from '@residual/families';
import { keyRange, type Scope, type Weights } from '@residual/layers';
import { abs, add, affine, log, mul, reshape, square, sub, sum, type Tensor, tensor, tidy } from '@residual/tensor';
import type { Objective } from '@residual/train';
import type { SpeechBatch } from './batches.js';
import { bins } from './features.js';

type Tree = Weights<ParallelSynthesizer>;

/**
 * The loss of FastSpeech 2 (Ren et al. 2021): the mean distance of frames to those of the teacher, and the mean squares
 * of how far the logarithms of durations, the pitch and the loudness of tokens are off. The frames are made with the
 * durations, the pitch and the loudness of the teacher. Padding does not count.
 */
export function speechObjective(layer: ParallelSynthesizer): Objective<Tree, SpeechBatch> {
  return {
    tokens: ({ frameLengths }) => frameLengths.reduce((total, count) => total + count, 0),
    loss: (w, batch, scope) =>
      tidy(() => {
        const { size, length, frameLength, lengths, frameLengths } = batch;
        const perToken = (values: Float32Array) => tensor(values, [size, length, 1]);
        const upTo = (counts: Int32Array): Scope => scope.with(keyRange, { keyEnd: tensor(counts, [size], 'int32') });
        const [pitch, energy] = [perToken(batch.pitch), perToken(batch.energy)];
        const plan = layer.plan(w, { ids: tensor(batch.ids, [size, length], 'int32') }, upTo(lengths));
        const tokens = tensor(batch.tokens, [size * frameLength], 'int32');
        const frames = layer.frames(w, { states: plan.states, pitch, energy, tokens }, upTo(frameLengths));
        const [ofTokens, ofFrames] = [within(lengths, length), within(frameLengths, frameLength)];
        const squares = (y: Tensor, target: Tensor) =>
          mul(sum(mul(square(sub(y, target)), ofTokens)), 1 / total(lengths));
        const logs = (durations: Tensor) => log(affine(durations, 1, 1));
        const target = tensor(batch.frames, [size, frameLength, bins]);
        const distance = mul(sum(mul(abs(sub(frames, target)), ofFrames)), 1 / (bins * total(frameLengths)));
        const planned = [
          squares(reshape(logs(plan.durations), [size, length, 1]), logs(perToken(batch.counts))),
          squares(plan.pitch!, pitch),
          squares(plan.energy!, energy),
        ];
        return planned.reduce((sum, each) => add(sum, each), distance);
      }),
  };
}

const total = (counts: Int32Array): number => counts.reduce((sum, count) => sum + count, 0);

/** 1 where a row has an entry, 0 for padding: [rows, length, 1]. */
function within(lengths: Int32Array, length: number): Tensor {
  const values = new Float32Array(lengths.length * length);
  for (const [row, count] of lengths.entries()) values.fill(1, row * length, row * length + count);
  return tensor(values, [lengths.length, length, 1]);
}
