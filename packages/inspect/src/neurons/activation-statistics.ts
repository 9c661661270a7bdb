import { expectOptions } from '@residual/tensor';
import type { BoundLayer } from '../bound-layer.js';
import { type Corpus, type CorpusOptions, corpusOptionNames, eachActivation } from './each-activation.js';

/** Statistics of the activations at a path over a corpus, each list with one entry for a neuron. */
export interface ActivationStatistics {
  readonly path: string;
  /** The indices of the neurons. */
  readonly neurons: readonly number[];
  /** The number of tokens. */
  readonly tokens: number;
  readonly mean: readonly number[];
  /** The standard deviation over all tokens. */
  readonly std: readonly number[];
  /** The part of the tokens at which the activation is above 0. */
  readonly positive: readonly number[];
  readonly max: readonly number[];
}

/**
 * Mean, standard deviation, share above 0 and maximum of activations over a corpus, computed in float64 while it
 * streams by. Errors as `topActivations` does.
 */
export async function activationStatistics(
  model: BoundLayer,
  corpus: Corpus,
  options: CorpusOptions,
): Promise<ActivationStatistics[]> {
  const caller = 'activationStatistics';
  expectOptions(caller, options, corpusOptionNames);
  const sums = new Map<string, Sums>();
  await eachActivation(caller, model, corpus, options, ({ path, ids, values, neurons }) => {
    const ofPath = sums.get(path) ?? new Sums(neurons);
    sums.set(path, ofPath);
    ofPath.add(values, ids.length);
  });
  return [...sums].map(([path, ofPath]) => ({ path, ...ofPath.statistics() }));
}

/** Running sums, by the method of Welford 1962. */
class Sums {
  private readonly neurons: readonly number[];
  private readonly mean: Float64Array;
  private readonly squares: Float64Array;
  private readonly positive: Float64Array;
  private readonly max: Float64Array;
  private tokens = 0;

  constructor(neurons: readonly number[]) {
    this.neurons = neurons;
    this.mean = new Float64Array(neurons.length);
    this.squares = new Float64Array(neurons.length);
    this.positive = new Float64Array(neurons.length);
    this.max = new Float64Array(neurons.length).fill(-Infinity);
  }

  /** Adds values [length, neurons]. */
  add(values: Float32Array, length: number): void {
    const width = this.neurons.length;
    for (let position = 0; position < length; position++) {
      this.tokens++;
      for (let i = 0; i < width; i++) {
        const value = values[position * width + i]!;
        const difference = value - this.mean[i]!;
        this.mean[i]! += difference / this.tokens;
        this.squares[i]! += difference * (value - this.mean[i]!);
        if (value > 0) this.positive[i]!++;
        if (value > this.max[i]!) this.max[i] = value;
      }
    }
  }

  statistics(): Omit<ActivationStatistics, 'path'> {
    const { neurons, tokens } = this;
    return {
      neurons,
      tokens,
      mean: [...this.mean],
      std: Array.from(this.squares, sum => Math.sqrt(sum / tokens)),
      positive: Array.from(this.positive, sum => sum / tokens),
      max: [...this.max],
    };
  }
}
