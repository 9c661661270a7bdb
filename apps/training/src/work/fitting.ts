import { flatten, type HasNeeds, init, type Layer, layer, linear, record } from '@residual/layers';
import { dense, dispose, type Tensor, tanh, tensor } from '@residual/tensor';
import { adam, type LossLandscape, lossLandscape, meanSquaredError, type Optimizer, sgd, train } from '@residual/train';
import type { JobControls, RequestControls, TrainingJob } from '@residual/train/worker';
import { type Backward, backward } from './backward.js';

/** A point to fit: its inputs, then its target. */
export type Example = readonly number[];

/** Settings of a fit. */
export interface FitSettings {
  readonly examples: readonly Example[];
  /** The number of inputs: 1 for a curve, 2 for a plane. */
  readonly inputs: number;
  /** The number of neurons of the hidden layer; 0 fits a straight line. */
  readonly hidden: number;
  readonly optimizer: 'sgd' | 'adam';
  readonly learningRate: number;
  readonly steps: number;
  readonly seed: number;
  /** Weights at the start by path, instead of random ones. */
  readonly start?: WeightValues;
}

/** Weights by path. */
export type WeightValues = Readonly<Record<string, readonly number[]>>;

/** The plane in which a ground is measured. */
export interface SurveySettings {
  /** The number of points along each direction, and the distance to the edges. */
  readonly size: number;
  readonly radius: number;
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
  /** Replaces weights by path. */
  place: (weights: WeightValues) => void;
  /** The losses around the weights. */
  survey: (settings: SurveySettings, controls: RequestControls) => Promise<LossLandscape>;
  /** The values and the gradients of one point on its way through the perceptron and back. */
  backward: (example: Example) => Promise<Backward>;
};

/** Fits w x + b, or a multilayer perceptron if there are hidden neurons. */
export function fit(settings: FitSettings, controls: JobControls): TrainingJob<FitRequests> {
  const { inputs, hidden } = settings;
  const optimizer = settings.optimizer === 'sgd' ? sgd() : adam();
  return hidden === 0
    ? fitting(linear({ in: inputs, out: 1, std: 1 }), settings, optimizer, controls)
    : fitting(mlp(inputs, hidden), settings, optimizer, controls);
}

/** v tanh(W x + b) + c, from [rows, inputs] to [rows, 1]. */
const mlp = (inputs: number, hidden: number) => {
  const up = linear({ in: inputs, out: hidden, std: 1 });
  const down = linear({ in: hidden, out: 1, std: 1 / Math.sqrt(hidden) });
  return layer({ up, down }, (w, x: Tensor, scope) => down(w.down, scope.tap('hidden', tanh(up(w.up, x)))));
};

function fitting<N>(
  model: Layer<N, Tensor, Tensor>,
  { inputs, learningRate, steps, seed, start = {}, ...rest }: FitSettings,
  optimizer: Optimizer,
  { signal }: JobControls,
): TrainingJob<FitRequests> {
  let { examples } = rest;
  const weights = init(model as HasNeeds<N>, { seed });
  setWeights(weights, start);
  const loss = (w: typeof weights, rows: readonly Example[]) => {
    const x = rows.flatMap(row => row.slice(0, inputs));
    const y = rows.map(row => row[inputs]!);
    return meanSquaredError(model(w, tensor(x, [rows.length, inputs])), tensor(y, [rows.length, 1]));
  };
  const training = train({
    layer: model as HasNeeds<N>,
    weights,
    loss,
    optimizer,
    learningRate,
    steps,
    signal,
    batches: () => examples,
  });
  return {
    training,
    dispose: () => dispose(weights),
    requests: {
      examples: next => {
        examples = next;
      },
      place: values => setWeights(weights, values),
      survey: (shape, { signal: given }) =>
        lossLandscape({ layer: model as HasNeeds<N>, weights, loss, batches: [examples], ...shape, signal: given }),
      backward: example => backward(weights as never, example),
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

/** Replaces the tensors of a tree of weights at some paths. */
function setWeights(tree: unknown, values: WeightValues): void {
  for (const [path, data] of Object.entries(values)) {
    const names = path.split('.');
    const parent = names.slice(0, -1).reduce((node, name) => node[name] as Node, tree as Node);
    const before = parent[names.at(-1)!] as Tensor;
    parent[names.at(-1)!] = tensor([...data], before.shape);
    before.dispose();
  }
}

type Node = Record<string, unknown>;
