import type { Tensor } from '@residual/tensor';

/** A listener for tensors inside a run (a hook, in PyTorch). */
export interface Taps {
  /** Whether it wants the tensor at a path; asked before anything costly is computed for a tap. */
  wants(path: string): boolean;
  /** Receives the tensor at a path in a scope, and returns it or a replacement. */
  onTensor(path: string, x: Tensor, scope: Scope): Tensor;
  /** Runs the layer at `path`; `partial` says that it runs only some of its parts. */
  aroundLayer?<Output>(path: string, partial: boolean, run: () => Output): Output;
}

/** The key of a value that travels with the scope; each package declares its own. */
export interface Slot<Value> {
  readonly name: string;
  /** Only for the type of the value; never present. */
  readonly value?: Value;
}

/** Declares a slot; two slots of the same name are different. */
export function slot<Value>(name: string): Slot<Value> {
  return { name };
}

/**
 * What is passed along with the activations: the path in the composition, the taps, and typed slots (cache, positions,
 * randomness). A scope is immutable; `at`, `with` and `withTaps` return a new one.
 */
export class Scope {
  /** The path of the current layer, steps joined by dots; empty at the top. */
  readonly path: string;
  private readonly taps: Taps | undefined;
  private readonly slots: ReadonlyMap<Slot<unknown>, unknown>;

  constructor(path = '', taps?: Taps, slots: ReadonlyMap<Slot<unknown>, unknown> = new Map()) {
    this.path = path;
    this.taps = taps;
    this.slots = slots;
  }

  /** The scope of the part with this name or index. */
  at(name: string | number): Scope {
    return new Scope(this.pathOf(name), this.taps, this.slots);
  }

  /** Passes `x` to the taps that want `<path>.<name>` and returns it, or its replacement. */
  tap(name: string, x: Tensor): Tensor {
    return this.taps === undefined || !this.wants(name) ? x : this.taps.onTensor(this.pathOf(name), x, this);
  }

  /** Whether anyone listens; if not, no tap of a run is asked for. */
  get hasTaps(): boolean {
    return this.taps !== undefined;
  }

  /** Whether a tap wants `<path>.<name>`. */
  wants(name: string): boolean {
    return this.taps?.wants(this.pathOf(name)) ?? false;
  }

  /** Runs the body of the layer at this path, inside the taps that observe layers. */
  runLayer<Output>(partial: boolean, run: () => Output): Output {
    return this.taps?.aroundLayer ? this.taps.aroundLayer(this.path, partial, run) : run();
  }

  /** The scope with additional taps; earlier taps receive a tensor first, and later ones receive what those return. */
  withTaps(taps: Taps): Scope {
    return new Scope(this.path, this.taps ? chainTaps(this.taps, taps) : taps, this.slots);
  }

  /** The value of a slot; undefined if it is empty. */
  get<Value>(slot: Slot<Value>): Value | undefined {
    return this.slots.get(slot) as Value | undefined;
  }

  /** The scope with a value in a slot; undefined empties it. */
  with<Value>(slot: Slot<Value>, value: Value | undefined): Scope {
    return new Scope(this.path, this.taps, new Map(this.slots).set(slot, value));
  }

  private pathOf(name: string | number): string {
    return this.path === '' ? String(name) : `${this.path}.${name}`;
  }
}

/** Adds taps to the scope that a run gets: it observes or changes tensors of the run. */
export type Hook = (scope: Scope) => Scope;

/** The scope with the taps of all hooks, in order. */
export function withHooks(hooks: readonly Hook[], scope: Scope = emptyScope): Scope {
  return hooks.reduce((outer, hook) => hook(outer), scope);
}

/** The scope without path, taps and slots: the default of every layer. */
export const emptyScope: Scope = /* @__PURE__ */ new Scope();

function chainTaps(first: Taps, second: Taps): Taps {
  return {
    wants: path => {
      const [isFirst, isSecond] = [first.wants(path), second.wants(path)];
      return isFirst || isSecond;
    },
    onTensor: (path, x, scope) => {
      const replaced = first.wants(path) ? first.onTensor(path, x, scope) : x;
      return second.wants(path) ? second.onTensor(path, replaced, scope) : replaced;
    },
    aroundLayer: (path, partial, run) => {
      const inner = () => (second.aroundLayer ? second.aroundLayer(path, partial, run) : run());
      return first.aroundLayer ? first.aroundLayer(path, partial, inner) : inner();
    },
  };
}
