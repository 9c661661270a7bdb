import { yieldToEventLoop } from '@residual/base';
import { emptyScope } from '@residual/layers';
import {
  add,
  dispose,
  expectInteger,
  expectOptions,
  mul,
  sub,
  sum,
  type Tensor,
  tensor,
  tidy,
  zeros,
} from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { expectBroadcast, type Vector, vectorTensor } from '../hooks/change.js';
import type { ModelInput } from '../model-input.js';
import { attributionMetricNames } from './attribution-metric.js';
import type { GradientTimesInputOptions, InputAttribution } from './gradient-times-input.js';
import { type ActivationFunction, activationFunction } from './input-gradient.js';

/** Settings of `integratedGradients`. */
export interface IntegratedGradientsOptions extends GradientTimesInputOptions {
  /** The input that stands for no information: a vector [width], or a tensor [1, length, width]; 0 if absent. */
  readonly baseline?: Vector;
  /** The number of points on the way from the baseline to the input; 32 if absent. */
  readonly steps?: number;
  /** How many points run at once; 8 if absent. */
  readonly batch?: number;
  /** Called after each batch with the number of points. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/** What the positions of an input contribute to the difference from a baseline. */
export interface IntegratedGradients extends InputAttribution {
  /** The number for the baseline. */
  readonly baselineValue: number;
  /**
   * The sum of the contributions minus (value - baselineValue): the error of the steps, 0 for infinitely many (the name
   * is that of Captum).
   */
  readonly convergenceDelta: number;
}

/**
 * Integrated gradients: the mean gradient on the straight line from a baseline to the input, times their difference,
 * summed for each position (Sundararajan et al. 2017). The contributions add up to what the input changes
 * (completeness) up to the error of the steps, which are midpoints of equal intervals. The default baseline, a zero
 * vector for each token, suits models with learned positions. Where an rmsNorm reads the embedded tokens alone, it
 * makes the smallest vector as long as a large one, so that the output jumps next to zero, where no step is: give the
 * mean of the embedding as the baseline there.
 */
export async function integratedGradients(
  model: BoundLayer,
  input: ModelInput,
  options: IntegratedGradientsOptions,
): Promise<IntegratedGradients> {
  const names = {
    ...attributionMetricNames,
    name: 0,
    baseline: 0,
    steps: 0,
    batch: 0,
    onProgress: 0,
    signal: 0,
  } as const;
  expectOptions('integratedGradients', options, names);
  const { baseline, steps = 32, batch = 8, onProgress, signal, ...metric } = options;
  expectInteger('integratedGradients', 'steps', steps, { min: 1 });
  expectInteger('integratedGradients', 'batch', batch, { min: 1 });
  signal?.throwIfAborted();
  const measured = activationFunction('integratedGradients', model, input, metric);
  const x = measured.read();
  let start: Tensor | undefined;
  try {
    start = baselineOf(measured.path, x, baseline);
    const contributions = new Float64Array(x.shape[1]!);
    for (let done = 0; done < steps; done += batch) {
      await yieldToEventLoop(signal);
      const count = Math.min(batch, steps - done);
      const fractions = Array.from({ length: count }, (_, i) => (done + i + 0.5) / steps);
      const values = await alongLine(measured, x, start, fractions);
      for (const [i, value] of values.entries()) contributions[i]! += value / steps;
      onProgress?.({ done: done + count, total: steps });
    }
    const [value, baselineValue] = [await numberOf(measured, x), await numberOf(measured, start)];
    signal?.throwIfAborted();
    const total = contributions.reduce((all, contribution) => all + contribution, 0);
    return {
      value,
      baselineValue,
      contributions: [...contributions],
      convergenceDelta: total - (value - baselineValue),
    };
  } finally {
    dispose([x, start]);
  }
}

/** The baseline in the shape of x [1, length, width]. Errors if it does not broadcast to it. */
function baselineOf(path: string, x: Tensor, baseline: Vector | undefined): Tensor {
  if (baseline === undefined) return zeros(x.shape);
  return tidy(() => {
    const vector = vectorTensor(baseline);
    expectBroadcast({ caller: 'integratedGradients', path, scope: emptyScope }, x, vector);
    return add(zeros(x.shape), vector);
  });
}

/** The sum over points between two inputs of gradient · (x - start), for each position. */
async function alongLine(
  { gradient }: ActivationFunction,
  x: Tensor,
  start: Tensor,
  fractions: readonly number[],
): Promise<Float32Array> {
  const points = tidy(() => add(start, mul(sub(x, start), tensor(fractions, [fractions.length, 1, 1]))));
  try {
    const result = gradient(points);
    const products = tidy(() => sum(mul(result.gradient, sub(x, start)), { axis: [0, 2] }));
    dispose([result.value, result.gradient]);
    return (await products.data().finally(() => products.dispose())) as Float32Array;
  } finally {
    points.dispose();
  }
}

async function numberOf({ value }: ActivationFunction, x: Tensor): Promise<number> {
  const result = value(x);
  const [number] = await result.data().finally(() => result.dispose());
  return number!;
}
