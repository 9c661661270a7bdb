import type { Tensor } from '@residual/tensor';

/** Who asked for tensors on their way: `wants` is asked before anything costly is done for a tap, `take` gets the tensor or gives another. */
export interface Taps {
  wants(path: string): boolean;
  take(path: string, x: Tensor): Tensor;
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
 * changes; `at` and `with` give a new one.
 */
export class Scope {
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
    return this.taps === undefined || !this.wants(name) ? x : this.taps.take(this.below(name), x);
  }

  /** Whether anyone asked for `<path>.<name>`. */
  wants(name: string): boolean {
    return this.taps?.wants(this.below(name)) ?? false;
  }

  /** The scope with someone listening, in place of who listened before. */
  listening(taps: Taps): Scope {
    return new Scope(this.path, taps, this.slots);
  }

  /** What a slot holds. */
  get<Value>(slot: Slot<Value>): Value | undefined {
    return this.slots.get(slot) as Value | undefined;
  }

  /** The scope with a slot filled. */
  with<Value>(slot: Slot<Value>, value: Value): Scope {
    return new Scope(this.path, this.taps, new Map(this.slots).set(slot, value));
  }

  private below(name: string | number): string {
    return this.path === '' ? String(name) : `${this.path}.${name}`;
  }
}

/** The scope of a call that was given none. */
export const emptyScope: Scope = /* @__PURE__ */ new Scope();
