import { concat, dispose, gather, keep, ResidualError, sliceAxis, type Tensor, tensor, tidy } from '@residual/tensor';
import { slot } from './scope.js';

/** The states of one layer by name, each [batch, ...], such as the last inputs of a convolution. */
export interface NamedStates {
  readonly [name: string]: Tensor;
}

/** The path of a layer and the names of its states. */
export interface RecurrentStateLayout {
  readonly path: string;
  readonly names: readonly string[];
}

/** Where a recurrent layer finds the states that it had after the step before, and leaves its new ones. */
export interface StateStore {
  /** The states of a layer; undefined before its first step. */
  get(path: string): NamedStates | undefined;
  /** Takes over the states of a layer after a step, and frees those it had before, which are not read any more. */
  set(path: string, states: NamedStates): void;
}

/**
 * The states of recurrent layers by path, in the order of first use: tensors of a fixed size in which a layer keeps
 * what it has read so far. As a list, `tensors`, they are inputs and outputs of a captured step. It owns its tensors;
 * `dispose` frees them.
 */
export class RecurrentStates implements StateStore {
  private entries = new Map<string, NamedStates>();
  /** The tensors that a running `attempt` has replaced; undefined outside of one. */
  private replaced: Tensor[] | undefined;

  /** Whether no layer has a state yet. */
  get isEmpty(): boolean {
    return this.entries.size === 0;
  }

  /** The paths of the layers and the names of their states. */
  get layout(): readonly RecurrentStateLayout[] {
    return [...this.entries].map(([path, states]) => ({ path, names: Object.keys(states) }));
  }

  /** All states, in the order of `layout`. */
  get tensors(): readonly Tensor[] {
    return [...this.entries.values()].flatMap(states => Object.values(states));
  }

  /** The states of a layer; undefined before its first step. */
  get(path: string): NamedStates | undefined {
    return this.entries.get(path);
  }

  /** Takes over the states of a layer after a step, and frees those it had before, which are not read any more. */
  set(path: string, states: NamedStates): void {
    for (const name in states) keep(states[name]!);
    const before = Object.values(this.entries.get(path) ?? {});
    this.entries.set(path, states);
    if (this.replaced) this.replaced.push(...before);
    else dispose(before);
  }

  /** Runs a step; if it throws, all layers have the states that they had before. */
  attempt<Result>(step: () => Result): Result {
    const before = new Map(this.entries);
    const replaced: Tensor[] = [];
    this.replaced = replaced;
    try {
      const result = step();
      dispose(replaced);
      return result;
    } catch (error) {
      const old = new Set([...before.values()].flatMap(states => Object.values(states)));
      dispose([...replaced, ...this.tensors].filter(x => !old.has(x)));
      this.entries = before;
      throw error;
    } finally {
      this.replaced = undefined;
    }
  }

  /**
   * Replaces everything by the outputs of a replayed step, in the order of `tensors`, and frees the old tensors. An
   * empty object needs the `layout` too. Errors unless there is a tensor for each name.
   */
  replace(tensors: readonly Tensor[], layout: readonly RecurrentStateLayout[] = this.layout): void {
    const count = layout.reduce((sum, { names }) => sum + names.length, 0);
    if (tensors.length !== count)
      throw new ResidualError('cache', `RecurrentStates: ${tensors.length} tensors cannot replace ${count}`);
    const old = this.tensors;
    this.entries.clear();
    let next = 0;
    for (const { path, names } of layout)
      this.set(path, Object.fromEntries(names.map(name => [name, tensors[next++]!])));
    dispose(old.filter(x => !tensors.includes(x)));
  }

  /** Keeps only these sequences of the batch, in this order; a sequence may be named several times. */
  selectSequences(sequences: readonly number[]): void {
    for (const [path, states] of [...this.entries]) {
      const selected = tidy(() => {
        const indices = tensor(sequences, [sequences.length], 'int32');
        return Object.fromEntries(Object.entries(states).map(([name, x]) => [name, gather(x, indices, 0)]));
      });
      this.set(path, selected);
    }
  }

  /** Frees all tensors; it is empty again. */
  dispose(): void {
    dispose(this.tensors);
    this.entries.clear();
  }
}

/**
 * The states of several sequences, each of which keeps its own: a layer reads and writes them as one batch, in their
 * order, padded to `batch` sequences by copies of the last.
 */
export class JoinedStates implements StateStore {
  private readonly sequences: readonly RecurrentStates[];
  private readonly batch: number;

  constructor(sequences: readonly RecurrentStates[], batch: number = sequences.length) {
    this.sequences = sequences;
    this.batch = batch;
  }

  get(path: string): NamedStates | undefined {
    const all = Array.from({ length: this.batch }, (_, i) => this.sequences[i] ?? this.sequences.at(-1)!);
    const states = all.map(each => each.get(path));
    const [first] = states;
    if (!first || states.length === 1) return first;
    const joined = (name: string) =>
      concat(
        states.map(each => each![name]!),
        0,
      );
    return Object.fromEntries(Object.keys(first).map(name => [name, joined(name)]));
  }

  set(path: string, states: NamedStates): void {
    const part = (x: Tensor, i: number) => (this.batch === 1 ? x : sliceAxis(x, 0, i, 1));
    for (const [i, sequence] of this.sequences.entries())
      sequence.set(path, Object.fromEntries(Object.entries(states).map(([name, x]) => [name, part(x, i)])));
  }
}

/** The slot for the states of recurrent layers; without one, each layer starts from zeros and keeps nothing. */
export const recurrentStates = /* @__PURE__ */ slot<StateStore>('recurrentStates');
