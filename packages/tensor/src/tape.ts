import * as tf from '@tensorflow/tfjs-core';
import { ResidualError } from './errors.js';
import type { Attributes, Inputs, Op } from './op.js';
import type { Tensor } from './tensor.js';

/** One op that ran while a tape was on: what its gradient will need, and which tensors it connects. */
export interface TapeNode {
  readonly op: Op;
  readonly inputs: Readonly<Record<string, { id: number; shape: number[]; tracked: boolean }>>;
  readonly saved: Readonly<Record<string, Tensor>>;
  readonly output: number;
  readonly attributes: Attributes;
}

/**
 * A tape remembers the ops that connect the wanted leaves with the result, and nothing else: what does not depend on a leaf is not saved.
 * Tapes stack: an op is written on each tape that is on, so gradients of gradients and recomputed blocks need nothing special.
 */
export class Tape {
  readonly nodes: TapeNode[] = [];
  readonly tracked: Set<number>;
  private readonly known = new Set<number>();
  private readonly aliases = new Map<number, number>();
  private readonly start = nextTensorId();

  constructor(leaves: Iterable<Tensor>) {
    this.tracked = new Set([...leaves].map(leaf => leaf.id));
  }

  note(x: Tensor): void {
    this.known.add(x.id);
  }

  /** A saved handle stands for the tensor it was made of, so that outer tapes still see what an inner backward pass reads. */
  alias(handle: Tensor, original: Tensor): void {
    this.aliases.set(handle.id, this.idOf(original));
  }

  record(op: Op, inputs: Inputs, output: Tensor, attributes: Attributes): void {
    this.known.add(output.id);
    const present = Object.entries(inputs).filter((entry): entry is [string, Tensor] => entry[1] !== undefined);
    for (const [name, input] of present) this.requireKnown(op, name, input);
    if (op.gradient === 'none' || !present.some(([, input]) => this.tracked.has(this.idOf(input)))) return;
    const saved: Record<string, Tensor> = {};
    for (const name of op.saves ?? []) {
      const value = name === 'output' ? output : inputs[name];
      if (value) saved[name] = saveHandle(value);
    }
    this.tracked.add(output.id);
    this.nodes.push({
      op,
      inputs: Object.fromEntries(
        present.map(([name, input]) => {
          const id = this.idOf(input);
          return [name, { id, shape: input.shape, tracked: this.tracked.has(id) }];
        }),
      ),
      saved,
      output: output.id,
      attributes,
    });
  }

  /** Frees what the nodes still hold. */
  clear(): void {
    for (const node of this.nodes.splice(0)) free(node);
  }

  private idOf(x: Tensor): number {
    return this.aliases.get(x.id) ?? x.id;
  }

  private requireKnown(op: Op, name: string, input: Tensor): void {
    const id = this.idOf(input);
    if (id < this.start || this.known.has(id) || this.tracked.has(id)) return;
    throw new ResidualError(
      'gradient',
      `gradients: the input "${name}" of ${op.name} was made by an op that is not of @residual/tensor, so its gradient would be lost; use the ops of @residual/tensor or defineOp`,
    );
  }
}

/** Frees the saved tensors of one node. */
export function free(node: TapeNode): void {
  for (const value of Object.values(node.saved)) value.dispose();
}

/** Ids count up, so what was made before the tape is told from what was made since. tfjs types the counter as private. */
function nextTensorId(): number {
  return (tf.engine() as unknown as { nextTensorId(): number }).nextTensorId();
}

let tapes: Tape[] = [];

function saveHandle(x: Tensor): Tensor {
  const handle = tf.keep(tf.clone(x));
  for (const tape of tapes) tape.alias(handle, x);
  return handle;
}

/** The tapes that are on, outermost first. */
export function activeTapes(): readonly Tape[] {
  return tapes;
}

/** Runs `body` with exactly `during` on. */
export function withTapes<Result>(during: readonly Tape[], body: () => Result): Result {
  const before = tapes;
  tapes = [...during];
  try {
    return body();
  } finally {
    tapes = before;
  }
}

/** Tells the tapes that `x` is a constant made here, not by an op that they missed. */
export function noteConstant(x: Tensor): Tensor {
  for (const tape of tapes) tape.note(x);
  return x;
}
