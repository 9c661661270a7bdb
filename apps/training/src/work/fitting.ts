import { flatten, type HasNeeds, init, type Layer, layer, linear, record } from '@residual/layers';
import { dense, dispose, type Tensor, tanh, tensor } from '@residual/tensor';
import { adam, meanSquaredError, type Optimizer, sgd, train } from '@residual/train';
import type { JobControls, TrainingJob } from '@residual/train/worker';

/** A point to fit: its inputs, then its target. */
export type Example = readonly number[];

/** Settings of a fit. */
export interface FitSettings {
  readonly examples: readonly Example[];
  /** The number of inputs: 1 for a curve, 2 for a plane. */
  readonly inputs: number;
  /** The number of neurons of the hidden layer; 0 fits a straight line. */
  readonly hidden: number;
  readonly learningRate: number;
  readonly steps: number;
  readonly seed: number;
}

/** The values of a function at some points [rows]. */
export interface FitSnapshot {
  readonly outputs: Float32Array;
  /** The values of the hidden neurons [rows, hidden]; empty without a hidden layer. */
  readonly hidden: Float32Array;
  /** Weights and biases by path. */
  readonly weights: Readonly<Record<string, Float32Array>>;
}

/** Requests to a fit between its steps. */
export type FitRequests = {
  /** Replaces the points from the next step on. */
  examples: (examples: readonly Example[]) => void;
  /** The values of the function at points [rows, inputs], row-major. */
  snapshot: (points: Float32Array) => Promise<FitSnapshot>;
};

/** Fits w x + b by gradient descent, or a multilayer perceptron by Adam if there are hidden neurons. */
export function fit(settings: FitSettings, controls: JobControls): TrainingJob<FitRequests> {
  const { inputs, hidden } = settings;
  return hidden === 0
    ? fitting(linear({ in: inputs, out: 1, std: 1 }), settings, sgd(), controls)
    : fitting(mlp(inputs, hidden), settings, adam(), controls);
}

/** v tanh(W x + b) + c, from [rows, inputs] to [rows, 1]. */
const mlp = (inputs: number, hidden: number) => {
  const up = linear({ in: inputs, out: hidden, std: 1 });
  const down = linear({ in: hidden, out: 1, std: 1 / Math.sqrt(hidden) });
  return layer({ up, down }, (w, x: Tensor, scope) => down(w.down, scope.tap('hidden', tanh(up(w.up, x)))));
};

function fitting<N>(
  model: Layer<N, Tensor, Tensor>,
  { inputs, learningRate, steps, seed, ...rest }: FitSettings,
  optimizer: Optimizer,
  { signal }: JobControls,
): TrainingJob<FitRequests> {
  let { examples } = rest;
  const weights = init(model as HasNeeds<N>, { seed });
  const training = train({
    layer: model,
    weights,
    optimizer,
    learningRate,
    steps,
    signal,
    batches: () => examples,
    loss: (w, rows) => {
      const x = rows.flatMap(row => row.slice(0, inputs));
      const y = rows.map(row => row[inputs]!);
      return meanSquaredError(model(w, tensor(x, [rows.length, inputs])), tensor(y, [rows.length, 1]));
    },
  });
  return {
    training,
    dispose: () => dispose(weights),
    requests: {
      examples: next => {
        examples = next;
      },
      snapshot: async points => {
        const recorder = record(rest.hidden === 0 ? [] : ['hidden']);
        const x = tensor(points, [points.length / inputs, inputs]);
        const y = model(weights, x, recorder.scope);
        try {
          const outputs = (await y.data()) as Float32Array;
          const hidden = (await recorder.values.get('hidden')?.data()) ?? new Float32Array();
          const leaves = [...flatten(model, weights)].map(async ([path, leaf]) => [path, await dense(leaf).data()]);
          return { outputs, hidden: hidden as Float32Array, weights: Object.fromEntries(await Promise.all(leaves)) };
        } finally {
          recorder.dispose();
          dispose([x, y]);
        }
      },
    },
  };
}
