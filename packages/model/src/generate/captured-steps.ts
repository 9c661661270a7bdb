import type { Cache } from '@residual/attention';
import { type CapturedGraph, capture, isTensor, ResidualError, type Tensor } from '@residual/tensor';

/** How many graphs are kept; beyond that the least recently used one is dropped. */
const maxGraphs = 64;

/**
 * Captures a function of tensors in its first run and replays it later: the same kernels on the same weights, without
 * the JavaScript around them. Inputs of another shape make another graph. A model that cannot be captured runs as
 * written. A graph keeps the weights that it read until `clear` or `release`.
 */
export class CapturedSteps {
  private readonly graphs = new Map<string, CapturedGraph>();
  /** The paths of the attentions whose keys and values a first step makes. */
  private paths: { readonly self: readonly string[]; readonly cross: readonly string[] } | undefined;
  private isUnsupported = false;
  /** The state of the weights when the graphs were captured. */
  private fingerprint: readonly unknown[] = [];

  /** The outputs of `step`; of all that `step` reads, only `inputs` may change. The caller disposes the outputs. */
  run(name: string, inputs: readonly Tensor[], step: () => readonly Tensor[]): readonly Tensor[] {
    if (this.isUnsupported) return step();
    const key = `${name} ${inputs.map(({ shape }) => shape.join('x')).join()}`;
    const graph = this.graphs.get(key);
    if (graph) {
      this.graphs.delete(key);
      this.graphs.set(key, graph); // the most recently used comes last
      return graph.replay(inputs);
    }
    try {
      const { outputs, graph } = capture(step, inputs);
      this.graphs.set(key, graph);
      for (const oldest of [...this.graphs.keys()].slice(0, -maxGraphs)) this.drop(oldest);
      return outputs;
    } catch (error) {
      if (!(ResidualError.is(error) && error.code === 'capture')) throw error;
      this.isUnsupported = true;
      return step();
    }
  }

  /** Runs the first step, which fills an empty cache. Returns the logits. */
  first(inputs: readonly Tensor[], { selfAttention, crossAttention }: Cache, run: () => Tensor): Tensor {
    const [logits, ...tensors] = this.run('first', inputs, () => [
      run(),
      ...selfAttention.tensors,
      ...crossAttention.tensors,
    ]);
    this.paths ??= { self: selfAttention.paths, cross: crossAttention.paths };
    const { self, cross } = this.paths;
    selfAttention.replace(tensors.slice(0, 2 * self.length), self);
    crossAttention.replace(tensors.slice(2 * self.length), cross);
    return logits!;
  }

  /** Runs a step with a filled cache and puts its new tensors into the cache. Returns the logits. */
  step(inputs: readonly Tensor[], { selfAttention, crossAttention }: Cache, run: () => Tensor): Tensor {
    const all = [...inputs, ...crossAttention.tensors, ...selfAttention.tensors];
    const [logits, ...tensors] = this.run('step', all, () => [run(), ...selfAttention.tensors]);
    selfAttention.replace(tensors);
    return logits!;
  }

  /** Compares the weights with those of the captured graphs; if they differ, all graphs are dropped. */
  syncWeights(weights: unknown): void {
    const fingerprint = fingerprintOf(weights);
    if (fingerprint.length !== this.fingerprint.length || fingerprint.some((value, i) => value !== this.fingerprint[i]))
      this.clear();
    this.fingerprint = fingerprint;
  }

  /**
   * Keeps no tensors: graphs whose only constants are `weights`, which the caller owns, stay for later; others are
   * dropped.
   */
  release(weights: unknown): void {
    this.syncWeights(weights);
    const owned = new Set(this.fingerprint);
    for (const [key, graph] of [...this.graphs]) if (!graph.releaseConstants(owned)) this.drop(key);
  }

  /** Drops all graphs. */
  clear(): void {
    for (const key of [...this.graphs.keys()]) this.drop(key);
  }

  private drop(key: string): void {
    this.graphs.get(key)?.dispose();
    this.graphs.delete(key);
  }
}

/** A list that differs whenever a tree of weights differs: the data ids of its tensors, and all other values. */
function fingerprintOf(tree: unknown): unknown[] {
  if (isTensor(tree)) return [tree.dataId];
  return typeof tree === 'object' && tree !== null ? Object.values(tree).flatMap(fingerprintOf) : [tree];
}
