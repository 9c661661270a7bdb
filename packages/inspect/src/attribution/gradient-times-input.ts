import { dispose, expectOptions, mul, sum, tidy } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import type { ModelInput } from '../model-input.js';
import { type AttributionMetric, attributionMetricNames } from './attribution-metric.js';
import { activationFunction } from './input-gradient.js';

/** Settings of `gradientTimesInput`. */
export interface GradientTimesInputOptions extends AttributionMetric {
  /**
   * The activation that counts as the input, [1, length, width]: a path or a name of TransformerLens, such as
   * `source.embedding.output` for the source of an encoder-decoder. If absent, the output of the token embedding.
   */
  readonly name?: string;
  /** Aborts the call. */
  readonly signal?: AbortSignal | undefined;
}

/** What the positions of an input contribute to a number. */
export interface InputAttribution {
  /** The number: a logit, a difference of logits, or the metric. */
  readonly value: number;
  /** [length]. */
  readonly contributions: readonly number[];
}

/**
 * Gradient × input: for each position the dot product of its embedded token and the gradient of a logit with respect to
 * it, which is what the position contributes if the model is linear there (Shrikumar et al. 2016). The positions do not
 * add up to the logit; those of `integratedGradients` do.
 */
export async function gradientTimesInput(
  model: BoundLayer,
  input: ModelInput,
  options: GradientTimesInputOptions,
): Promise<InputAttribution> {
  expectOptions('gradientTimesInput', options, { ...attributionMetricNames, name: 0, signal: 0 });
  const { signal, ...metric } = options;
  signal?.throwIfAborted();
  const measured = activationFunction('gradientTimesInput', model, input, metric);
  const x = measured.read();
  try {
    const result = measured.gradient(x);
    const products = tidy(() => sum(mul(result.gradient, x), { axis: -1 }));
    try {
      const [[value], contributions] = await Promise.all([result.value.data(), products.data()]);
      signal?.throwIfAborted();
      return { value: value!, contributions: [...contributions] };
    } finally {
      dispose([products, result.value, result.gradient]);
    }
  } finally {
    x.dispose();
  }
}
