import type { Tensor } from '@residual/tensor';

/** Who asked for tensors on their way: `wants` is asked before anything costly is done for a tap, `take` gets the tensor or gives another. */
export interface Taps {
  wants(path: string): boolean;
  onTensor(path: string, x: Tensor): Tensor;
  /** Runs a layer that stands at `path`; `partial` says that it runs only some of what it needs. */
  aroundLayer?<Output>(path: string, partial: boolean, run: () => Output): Output;
}

/** The name of something that travels with the scope; each room declares its own. */
export interface Slot<Value> {
  readonly name: string;
  /** Only for the type of the value; never present. */
  readonly value?: Value;
}

/** Declares a slot. */
export function slot<Value>(name: string): Slot<Value> {
  return { name };
}

/**
 * What travels beside the activations: where in the composition we are, who listens, and typed slots (cache, positions, randomness). A scope never
 * changes; `at`, `with` and `listening` give a new one.
 */
export class Scope {
  /** The path of the use, steps joined by dots; empty at the top. */
  readonly path: string;
  private readonly taps: Taps | undefined;
  private readonly slots: ReadonlyMap<Slot<unknown>, unknown>;

  constructor(path = '', taps?: Taps, slots: ReadonlyMap<Slot<unknown>, unknown> = new Map()) {
    this.path = path;
    this.taps = taps;
    this.slots = slots;
  }

  /** The same scope one step down. */
  at(name: string | number): Scope {
    return new Scope(this.below(name), this.taps, this.slots);
  }

  /** Hands `x` to whoever asked for `<path>.<name>` and returns it, or what they put in its place. */
  tap(name: string, x: Tensor): Tensor {
    return this.taps === undefined || !this.wants(name) ? x : this.taps.onTensor(this.below(name), x);
  }

  /** Whether anyone asked for `<path>.<name>`. */
  wants(name: string): boolean {
    return this.taps?.wants(this.below(name)) ?? false;
  }

  /** Runs the body of a layer that stands here, with the knowledge of who listens. */
  runLayer<Output>(partial: boolean, run: () => Output): Output {
    return this.taps?.aroundLayer ? this.taps.aroundLayer(this.path, partial, run) : run();
  }

  /** The scope with one more listener: who listened before gets a tensor first and hands on what it gives. */
  withTaps(taps: Taps): Scope {
    return new Scope(this.path, this.taps ? chainTaps(this.taps, taps) : taps, this.slots);
  }

  /** What a slot holds. */
  get<Value>(slot: Slot<Value>): Value | undefined {
    return this.slots.get(slot) as Value | undefined;
  }

  /** The scope with a slot filled, or emptied by undefined. */
  with<Value>(slot: Slot<Value>, value: Value | undefined): Scope {
    return new Scope(this.path, this.taps, new Map(this.slots).set(slot, value));
  }

  private below(name: string | number): string {
    return this.path === '' ? String(name) : `${this.path}.${name}`;
  }
}

/** The scope of a call that was given none. */
export const emptyScope: Scope = /* @__PURE__ */ new Scope();

function chainTaps(first: Taps, second: Taps): Taps {
  return {
    wants: path => {
      const [isFirst, isSecond] = [first.wants(path), second.wants(path)];
      return isFirst || isSecond;
    },
    onTensor: (path, x) => {
      const replaced = first.wants(path) ? first.onTensor(path, x) : x;
      return second.wants(path) ? second.onTensor(path, replaced) : replaced;
    },
    aroundLayer: (path, partial, run) => {
      const inner = () => (second.aroundLayer ? second.aroundLayer(path, partial, run) : run());
      return first.aroundLayer ? first.aroundLayer(path, partial, inner) : inner();
    },
  };
}
