import '@tensorflow/tfjs-core/dist/register_all_gradients.js';
import { normalValues } from '@residual/tensor';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import { adamSettings, idsOf, type Trainer, type TrainingShape } from './trainer.js';

/**
 * The same model from TensorFlow.js's own ops, gradients and Adam, with two-dimensional products, batched heads and
 * cached constants. It patches one kernel that the wasm backend lacks; without it the backward pass of an embedding
 * fails.
 */
export function stock(): Trainer {
  let loss: ((ids: number[][]) => tf.Scalar) | undefined;
  let shape: TrainingShape | undefined;
  const { rate, beta1, beta2, epsilon } = adamSettings;
  const optimizer = tf.train.adam(rate, beta1, beta2, epsilon);
  addSegmentSum();
  return {
    begin: async trainingShape => {
      shape = trainingShape;
      loss = compose(trainingShape);
    },
    step: async number => {
      const value = optimizer.minimize(() => loss!(idsOf(shape!, number)), true)!;
      const [result] = await value.data();
      value.dispose();
      return result!;
    },
  };
}

function compose({ depth, modelDim, heads, vocab, batch, length }: TrainingShape) {
  const headDim = modelDim / heads;
  // The same initial values as ours, so that losses can be compared.
  const random = (path: string, out: number, width: number) =>
    tf.tidy(() =>
      tf.variable(
        tf.tensor2d(
          normalValues(1, path, out * width).map(value => value * 0.02),
          [out, width],
        ),
      ),
    );
  const matrix = (path: string, out: number, width: number) =>
    tf.tidy(() => tf.variable(tf.transpose(random(path, out, width)))); // [in, out]
  const filled = (value: number, size = modelDim) => tf.variable(tf.fill([size], value));
  const linear = (path: string, out = modelDim, width = modelDim) => {
    const [weight, bias] = [matrix(`${path}.weight`, out, width), filled(0, out)];
    return (x: tf.Tensor2D) => tf.add(tf.matMul(x, weight as unknown as tf.Tensor2D), bias) as tf.Tensor2D;
  };
  const [epsilon, half, one, cubic, root] = [1e-5, 0.5, 1, 0.044715, Math.sqrt(2 / Math.PI)].map(value =>
    tf.scalar(value),
  );
  const scale = tf.scalar(1 / Math.sqrt(headDim));
  const norm = () => {
    const [weight, bias] = [filled(1), filled(0)];
    return (x: tf.Tensor2D) => {
      const { mean, variance } = tf.moments(x, -1, true);
      const normal = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, epsilon!)));
      return tf.add(tf.mul(normal, weight), bias) as tf.Tensor2D;
    };
  };
  const gelu = (x: tf.Tensor2D) => {
    const inner = tf.mul(tf.add(x, tf.mul(tf.mul(tf.mul(x, x), x), cubic!)), root!);
    return tf.mul(tf.mul(x, half!), tf.add(tf.tanh(inner), one!)) as tf.Tensor2D;
  };
  const split = (x: tf.Tensor2D) =>
    tf.reshape(tf.transpose(tf.reshape(x, [batch, length, heads, headDim]), [0, 2, 1, 3]), [
      batch * heads,
      length,
      headDim,
    ]);
  const merge = (x: tf.Tensor) =>
    tf.reshape(tf.transpose(tf.reshape(x, [batch, heads, length, headDim]), [0, 2, 1, 3]), [batch * length, modelDim]);
  const mask = tf.tensor2d(
    Float32Array.from({ length: length * length }, (_, i) => (i % length <= Math.floor(i / length) ? 0 : -1e9)),
    [length, length],
  );
  const [table, positions] = [
    random('embedding.weight', vocab, modelDim),
    random('positions.weight', length, modelDim),
  ];
  const blocks = Array.from({ length: depth }, (_, i) => {
    const path = `decoder.layers.${i}`;
    return {
      attentionNorm: norm(),
      query: linear(`${path}.attention.query`),
      key: linear(`${path}.attention.key`),
      value: linear(`${path}.attention.value`),
      output: linear(`${path}.attention.output`),
      mlpNorm: norm(),
      up: linear(`${path}.mlp.up`, 4 * modelDim),
      down: linear(`${path}.mlp.down`, modelDim, 4 * modelDim),
    };
  });
  const last = norm();
  return (ids: number[][]): tf.Scalar =>
    tf.tidy(() => {
      const flat = tf.tensor1d(
        ids.flatMap(row => row.slice(0, -1)),
        'int32',
      );
      const labels = tf.tensor1d(
        ids.flatMap(row => row.slice(1)),
        'int32',
      );
      const embedded = tf.reshape(tf.gather(table, flat), [batch, length, modelDim]);
      let x = tf.reshape(tf.add(embedded, positions), [batch * length, modelDim]) as tf.Tensor2D;
      for (const block of blocks) {
        const normal = block.attentionNorm(x);
        const [query, key, value] = [block.query, block.key, block.value].map(project => split(project(normal)));
        const scores = tf.add(tf.mul(tf.matMul(query!, key!, false, true), scale), mask);
        const attended = merge(tf.matMul(tf.softmax(scores), value!)) as tf.Tensor2D;
        x = tf.add(x, block.output(attended));
        x = tf.add(x, block.down(gelu(block.up(block.mlpNorm(x)))));
      }
      const logits = tf.matMul(last(x), tf.transpose(table) as tf.Tensor2D);
      const chosen = tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(labels, vocab)), -1);
      return tf.neg(tf.mean(chosen)) as tf.Scalar;
    });
}

function addSegmentSum(): void {
  tf.registerKernel({
    kernelName: 'UnsortedSegmentSum',
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      const { numSegments } = attrs as unknown as { numSegments: number };
      const wasm = backend as BackendWasm;
      const out = wasm.makeOutput([numSegments, ...x.shape.slice(1)], x.dtype);
      const [values, segments, sums] = [x, segmentIds, out].map(each => wasm.typedArrayFromHeap(each));
      sums!.fill(0);
      const width = values!.length / segments!.length;
      for (let row = 0; row < segments!.length; row++)
        for (let i = 0; i < width; i++) sums![segments![row]! * width + i]! += values![row * width + i]!;
      return out;
    },
  });
}
