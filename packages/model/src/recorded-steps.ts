import type { Cache, CachePaths } from '@residual/attention';
import { isTensor, type Recording, ResidualError, record, type Tensor } from '@residual/tensor';

/** How many recordings are held at once; the one that was used longest ago gives way. */
const most = 64;

/**
 * Runs functions of tensors the first time as they are written and records them, then replays: the same kernels on the same weights without the JavaScript around
 * them. Inputs of other shapes are another recording. A model that says it cannot be recorded runs as written. A recording holds the weights it read until
 * `forget` or `settle`.
 */
export class RecordedSteps {
  private readonly recordings = new Map<string, Recording>();
  /** Where a first step puts what it makes. */
  private paths: CachePaths | undefined;
  private refused = false;
  /** What the weights were when they were recorded. */
  private state: readonly unknown[] = [];

  /** The results of `step`, which reads nothing that changes but `inputs`; the caller disposes them. */
  run(name: string, inputs: readonly Tensor[], step: () => readonly Tensor[]): readonly Tensor[] {
    if (this.refused) return step();
    const key = `${name} ${inputs.map(({ shape }) => shape.join('x')).join()}`;
    const known = this.recordings.get(key);
    if (known) {
      this.recordings.delete(key);
      this.recordings.set(key, known); // the latest comes last
      return known.replay(inputs);
    }
    try {
      const { outputs, recording } = record(step, inputs);
      this.recordings.set(key, recording);
      for (const oldest of [...this.recordings.keys()].slice(0, -most)) this.drop(oldest);
      return outputs;
    } catch (error) {
      if (!(ResidualError.is(error) && error.code === 'recorder')) throw error;
      this.refused = true;
      return step();
    }
  }

  /** The same of the first step, which fills an empty cache. Gives the logits. */
  first(inputs: readonly Tensor[], cache: Cache, run: () => Tensor): Tensor {
    const [logits, ...made] = this.run('first', inputs, () => [run(), ...cache.tensors, ...cache.memoryTensors]);
    this.paths ??= cache.paths;
    cache.fill(this.paths, made);
    return logits!;
  }

  /** The same of a step with a cache: the cache takes over what the step made of it. Gives the logits. */
  step(inputs: readonly Tensor[], cache: Cache, run: () => Tensor): Tensor {
    const all = [...inputs, ...cache.memoryTensors, ...cache.tensors];
    const [logits, ...held] = this.run('step', all, () => [run(), ...cache.tensors]);
    cache.tensors = held;
    return logits!;
  }

  /** Says what the weights are by now: if they are others than before, all recordings are let go of. */
  expect(weights: unknown): void {
    const state = stateOf(weights);
    if (state.length !== this.state.length || state.some((value, i) => value !== this.state[i])) this.forget();
    this.state = state;
  }

  /** Holds nothing any more: recordings that read the weights alone, which somebody else holds, wait for the next `expect`; others are let go of. */
  settle(weights: unknown): void {
    this.expect(weights);
    const owned = new Set(this.state);
    for (const [key, recording] of [...this.recordings]) if (!recording.leaveTo(owned)) this.drop(key);
  }

  /** Lets go of all recordings. */
  forget(): void {
    for (const key of [...this.recordings.keys()]) this.drop(key);
  }

  private drop(key: string): void {
    this.recordings.get(key)?.dispose();
    this.recordings.delete(key);
  }
}

/** What tells a tree of weights from the same tree at another time: where the data of its tensors lie, and every value beside them. */
function stateOf(tree: unknown): unknown[] {
  if (isTensor(tree)) return [tree.dataId];
  return typeof tree === 'object' && tree !== null ? Object.values(tree).flatMap(stateOf) : [tree];
}
