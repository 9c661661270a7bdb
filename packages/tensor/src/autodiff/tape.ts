import { ResidualError } from '../errors.js';
import { activeCapture, activeTapes, type OpObserver } from '../op-observers.js';
import { type Attributes, type Inputs, type Op, presentInputs } from '../ops/op.js';
import { nextTensorId, retain, type Tensor } from '../tensor.js';

/** One recorded op: what its gradient needs, and the tensors that it connects. */
export interface TapeNode {
  readonly op: Op;
  readonly inputs: Readonly<Record<string, { id: number; shape: number[]; tracked: boolean }>>;
  readonly saved: Readonly<Record<string, Tensor>>;
  readonly output: number;
  readonly attributes: Attributes;
}

/**
 * A gradient tape: it records the ops that depend on the leaves, and saves nothing for other ops. Tapes nest: an op is
 * recorded on every active tape, so gradients of gradients and recomputed blocks need no special case.
 */
export class Tape implements OpObserver {
  readonly nodes: TapeNode[] = [];
  private readonly tracked: Set<number>;
  private readonly observed = new Set<number>();
  private readonly aliases = new Map<number, number>();
  private readonly firstNewId = nextTensorId();

  constructor(leaves: Iterable<Tensor>) {
    this.tracked = new Set([...leaves].map(leaf => leaf.id));
  }

  onConstant(x: Tensor): void {
    this.observed.add(x.id);
  }

  /** Treats a saved handle as its original, so that outer tapes observe what an inner backward pass reads. */
  onAlias(handle: Tensor, original: Tensor): void {
    this.aliases.set(handle.id, this.idOf(original));
  }

  /** Whether a gradient flows through `x` to a leaf; never for integers. */
  isTracked(x: Tensor): boolean {
    return x.dtype === 'float32' && this.tracked.has(this.idOf(x));
  }

  losesGradient(x: Tensor): boolean {
    return this.isTracked(x);
  }

  tracks(inputs: Inputs): boolean {
    for (const name in inputs) {
      const input = inputs[name];
      if (input && this.isTracked(input)) return true;
    }
    return false;
  }

  /** Whether `x` is older than this tape. */
  isOlder(x: Tensor): boolean {
    return this.idOf(x) < this.firstNewId;
  }

  onOp(op: Op, inputs: Inputs, output: Tensor, attributes: Attributes): void {
    this.observed.add(output.id);
    const present = Object.entries(presentInputs(inputs));
    for (const [name, input] of present) this.requireObserved(input, `the input "${name}" of ${op.name}`);
    if (op.gradient === 'none' || !this.tracks(inputs)) return;
    const saved: Record<string, Tensor> = {};
    for (const name of op.saves ?? []) {
      const value = name === 'output' ? output : inputs[name];
      if (value) saved[name] = saveHandle(value);
    }
    this.tracked.add(output.id);
    this.nodes.push({
      op,
      inputs: Object.fromEntries(
        present.map(([name, input]) => [
          name,
          { id: this.idOf(input), shape: input.shape, tracked: this.isTracked(input) },
        ]),
      ),
      saved,
      output: output.id,
      attributes,
    });
  }

  /** Throws if `x` was made while this tape was active, but not by an op that it observed. */
  requireObserved(x: Tensor, what: string): void {
    if (this.isOlder(x) || this.observed.has(this.idOf(x))) return;
    throw new ResidualError(
      'gradient',
      `gradients: ${what} was made by an op that is not of @residual/tensor, so its gradient would be lost; use ` +
        'the ops of @residual/tensor or defineOp',
    );
  }

  /** Frees all saved tensors. */
  clear(): void {
    for (const node of this.nodes.splice(0)) freeNode(node);
  }

  private idOf(x: Tensor): number {
    return this.aliases.get(x.id) ?? x.id;
  }
}

/** Frees the saved tensors of one node. */
export function freeNode(node: TapeNode): void {
  for (const value of Object.values(node.saved)) value.dispose();
}

function saveHandle(x: Tensor): Tensor {
  const handle = retain(x);
  activeCapture()?.onAlias(handle, x);
  for (const tape of activeTapes()) tape.onAlias(handle, x);
  return handle;
}
