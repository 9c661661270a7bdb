import type { Cache, CachedStateLayout } from '@residual/attention';
import type { RecurrentStateLayout } from '@residual/layers';
import { type CapturedGraph, capture, isTensor, ResidualError, type Tensor } from '@residual/tensor';

/** What is kept of graphs; beyond that those that were used least recently are dropped. */
interface GraphLimits {
  readonly graphs: number;
  /** The kernels of all graphs. A pass of several sequences has some for each of them. */
  readonly kernels: number;
}

/** How a first step fills a cache. */
interface CacheLayout {
  readonly self: readonly CachedStateLayout[];
  readonly cross: readonly CachedStateLayout[];
  readonly recurrent: readonly RecurrentStateLayout[];
}

/** Tensors by name; undefined where there is none. */
export interface NamedTensors {
  readonly [name: string]: Tensor | undefined;
}

/**
 * The captured steps of a model, shared by all its calls. A function of tensors is captured in its first run and
 * replayed later: the same kernels on the same weights, without the JavaScript around them. Inputs of another shape
 * make another graph. A model that cannot be captured runs eagerly.
 *
 * A call begins with `syncWeights` and ends with `release`; in between, graphs keep the weights that they read.
 */
export class CapturedSteps {
  private readonly graphs = new Map<string, CapturedGraph>();
  /** How the keys, values and states are held that a first step makes, by the form of the cache. */
  private readonly layouts = new Map<string, CacheLayout>();
  private isUnsupported = false;
  private readonly weightsOf: () => unknown;
  private readonly limits: GraphLimits;
  /** The weights that the graphs read. */
  private readonly weights = new Set<Tensor>();
  /** The state of the weights when the graphs were captured. */
  private fingerprint: readonly unknown[] = [];

  /** `weightsOf` returns the tree of weights, which its owner may change between two steps. */
  constructor(weightsOf: () => unknown, limits: GraphLimits = { graphs: 64, kernels: 32_000 }) {
    this.weightsOf = weightsOf;
    this.limits = limits;
  }

  /**
   * Runs `step` or replays it, and returns its outputs, which the caller disposes. Of all that `step` reads, only the
   * tensors in `named` and `cached` may differ between two runs.
   */
  run(
    name: string,
    named: NamedTensors,
    step: () => readonly Tensor[],
    cached: readonly Tensor[] = [],
  ): readonly Tensor[] {
    if (this.isUnsupported) return step();
    for (const { isDisposed } of this.weights)
      if (isDisposed) {
        this.syncWeights(); // training replaced it
        break;
      }
    const present = Object.entries(named).filter((entry): entry is [string, Tensor] => entry[1] !== undefined);
    const inputs = [...present.map(([, input]) => input), ...cached];
    const key = [name, ...present.map(([input]) => input), ...inputs.map(({ shape }) => shape.join('x'))].join(' ');
    const graph = this.graphs.get(key);
    if (graph) {
      this.graphs.delete(key);
      this.graphs.set(key, graph); // the most recently used comes last
      return graph.replay(inputs);
    }
    try {
      const { outputs, graph } = capture(step, inputs);
      this.graphs.set(key, graph);
      this.dropOldest();
      return outputs;
    } catch (error) {
      if (!(ResidualError.is(error) && error.code === 'capture')) throw error;
      this.isUnsupported = true;
      return step();
    }
  }

  /** Runs the first step, which fills an empty cache. Returns the logits. */
  first(inputs: NamedTensors, { form, selfAttention, crossAttention, recurrent }: Cache, run: () => Tensor): Tensor {
    const [logits, ...tensors] = this.run(`first ${form}`, inputs, () => [
      run(),
      ...selfAttention.tensors,
      ...crossAttention.tensors,
      ...recurrent.tensors,
    ]);
    const layout = this.layouts.get(form) ?? {
      self: selfAttention.layout,
      cross: crossAttention.layout,
      recurrent: recurrent.layout,
    };
    this.layouts.set(form, layout);
    const crossFrom = 2 * layout.self.length;
    const recurrentFrom = crossFrom + 2 * layout.cross.length;
    selfAttention.replace(tensors.slice(0, crossFrom), layout.self);
    crossAttention.replace(tensors.slice(crossFrom, recurrentFrom), layout.cross);
    recurrent.replace(tensors.slice(recurrentFrom), layout.recurrent);
    return logits!;
  }

  /** Runs a step with filled caches and puts its new tensors into them. Returns the logits. */
  step(inputs: NamedTensors, caches: readonly Cache[], run: () => Tensor): Tensor {
    const memories = caches.flatMap(({ crossAttention }) => crossAttention.tensors);
    const states = () =>
      caches.flatMap(({ selfAttention, recurrent }) => [...selfAttention.tensors, ...recurrent.tensors]);
    const name = `step ${caches.map(({ form }) => form).join(' ')}`;
    const [logits, ...tensors] = this.run(name, inputs, () => [run(), ...states()], [...memories, ...states()]);
    let next = 0;
    const take = (count: number) => tensors.slice(next, (next += count));
    for (const { selfAttention, recurrent } of caches) {
      selfAttention.replace(take(selfAttention.tensors.length));
      recurrent.replace(take(recurrent.tensors.length));
    }
    return logits!;
  }

  /** Compares the weights with those of the captured graphs; if they differ, all graphs are dropped. */
  syncWeights(): void {
    this.weights.clear();
    const fingerprint = fingerprintOf(this.weightsOf(), this.weights);
    if (fingerprint.length !== this.fingerprint.length || fingerprint.some((value, i) => value !== this.fingerprint[i]))
      this.clear();
    this.fingerprint = fingerprint;
  }

  /**
   * Keeps no tensors: graphs whose only constants are the weights, which their owner keeps, stay for later calls;
   * others are dropped.
   */
  release(): void {
    this.syncWeights();
    const owned = new Set(this.fingerprint);
    for (const [key, graph] of [...this.graphs]) if (!graph.releaseConstants(owned)) this.drop(key);
  }

  /** Drops all graphs. */
  clear(): void {
    for (const key of [...this.graphs.keys()]) this.drop(key);
  }

  /** Drops the graphs beyond the limits, but for the last one. */
  private dropOldest(): void {
    const { graphs, limits } = this;
    let kernels = 0;
    for (const { kernelCount } of graphs.values()) kernels += kernelCount;
    for (const [key, { kernelCount }] of [...graphs].slice(0, -1)) {
      if (graphs.size <= limits.graphs && kernels <= limits.kernels) return;
      kernels -= kernelCount;
      this.drop(key);
    }
  }

  private drop(key: string): void {
    this.graphs.get(key)?.dispose();
    this.graphs.delete(key);
  }
}

/**
 * A list that differs whenever a tree of weights differs: the data ids of its tensors, and all other values. Adds the
 * tensors to `tensors`.
 */
export function fingerprintOf(tree: unknown, tensors: Set<Tensor> = new Set()): unknown[] {
  if (isTensor(tree)) {
    tensors.add(tree);
    return [tree.dataId];
  }
  const isNode = typeof tree === 'object' && tree !== null;
  return isNode ? Object.values(tree).flatMap(child => fingerprintOf(child, tensors)) : [tree];
}
