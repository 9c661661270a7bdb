import type { Cache, CachePaths } from '@residual/attention';
import { type CapturedGraph, capture, isTensor, ResidualError, type Tensor } from '@residual/tensor';

/** How many recordings are held at once; the one that was used longest ago gives way. */
const maxGraphs = 64;

/**
 * Runs functions of tensors the first time as they are written and records them, then replays: the same kernels on the same weights without the JavaScript around
 * them. Inputs of other shapes are another recording. A model that says it cannot be recorded runs as written. A recording holds the weights it read until
 * `forget` or `settle`.
 */
export class CapturedSteps {
  private readonly graphs = new Map<string, CapturedGraph>();
  /** Where a first step puts what it makes. */
  private paths: CachePaths | undefined;
  private isUnsupported = false;
  /** What the weights were when they were recorded. */
  private fingerprint: readonly unknown[] = [];

  /** The results of `step`, which reads nothing that changes but `inputs`; the caller disposes them. */
  run(name: string, inputs: readonly Tensor[], step: () => readonly Tensor[]): readonly Tensor[] {
    if (this.isUnsupported) return step();
    const key = `${name} ${inputs.map(({ shape }) => shape.join('x')).join()}`;
    const graph = this.graphs.get(key);
    if (graph) {
      this.graphs.delete(key);
      this.graphs.set(key, graph); // the latest comes last
      return graph.replay(inputs);
    }
    try {
      const { outputs, graph: recording } = capture(step, inputs);
      this.graphs.set(key, recording);
      for (const oldest of [...this.graphs.keys()].slice(0, -maxGraphs)) this.drop(oldest);
      return outputs;
    } catch (error) {
      if (!(ResidualError.is(error) && error.code === 'capture')) throw error;
      this.isUnsupported = true;
      return step();
    }
  }

  /** The same of the first step, which fills an empty cache. Gives the logits. */
  first(inputs: readonly Tensor[], cache: Cache, run: () => Tensor): Tensor {
    const [logits, ...tensors] = this.run('first', inputs, () => [
      run(),
      ...cache.selfAttentionTensors,
      ...cache.crossAttentionTensors,
    ]);
    this.paths ??= cache.paths;
    cache.fill(this.paths, tensors);
    return logits!;
  }

  /** The same of a step with a cache: the cache takes over what the step made of it. Gives the logits. */
  step(inputs: readonly Tensor[], cache: Cache, run: () => Tensor): Tensor {
    const all = [...inputs, ...cache.crossAttentionTensors, ...cache.selfAttentionTensors];
    const [logits, ...tensors] = this.run('step', all, () => [run(), ...cache.selfAttentionTensors]);
    cache.selfAttentionTensors = tensors;
    return logits!;
  }

  /** Says what the weights are by now: if they are others than before, all recordings are let go of. */
  syncWeights(weights: unknown): void {
    const fingerprint = fingerprintOf(weights);
    if (fingerprint.length !== this.fingerprint.length || fingerprint.some((value, i) => value !== this.fingerprint[i]))
      this.clear();
    this.fingerprint = fingerprint;
  }

  /** Holds nothing any more: recordings that read the weights alone, which somebody else holds, wait for the next `expect`; others are let go of. */
  release(weights: unknown): void {
    this.syncWeights(weights);
    const owned = new Set(this.fingerprint);
    for (const [key, recording] of [...this.graphs]) if (!recording.releaseConstants(owned)) this.drop(key);
  }

  /** Lets go of all recordings. */
  clear(): void {
    for (const key of [...this.graphs.keys()]) this.drop(key);
  }

  private drop(key: string): void {
    this.graphs.get(key)?.dispose();
    this.graphs.delete(key);
  }
}

/** What tells a tree of weights from the same tree at another time: where the data of its tensors lie, and every value beside them. */
function fingerprintOf(tree: unknown): unknown[] {
  if (isTensor(tree)) return [tree.dataId];
  return typeof tree === 'object' && tree !== null ? Object.values(tree).flatMap(fingerprintOf) : [tree];
}
