import { ResidualError, showShape } from './errors.js';
import type { GradientContext, Inputs } from './op.js';
import { fill } from './ops/create.js';
import { add, clone } from './ops/elementwise.js';
import { activeTapes, free, Tape, type TapeNode, withTapes } from './tape.js';
import { isTensor, type Tensor, tidy } from './tensor.js';

/** The value of `f` and the gradients of the leaves it depends on, by tensor id. */
export function valueAndGradients(
  f: () => Tensor,
  leaves: readonly Tensor[],
  dy?: Tensor,
): { value: Tensor; found: Map<number, Tensor> } {
  const tape = new Tape(leaves);
  const wanted = new Set(leaves.map(leaf => leaf.id));
  let value: Tensor | undefined;
  try {
    value = withTapes([...activeTapes(), tape], () =>
      tidy(() => {
        const result = f();
        if (!isTensor(result)) throw new ResidualError('gradient', 'gradients: the function must return one tensor');
        return wanted.has(result.id) ? clone(result) : result;
      }),
    );
    expectShapeOf(value, dy);
    return { value, found: walkBack(tape, value, dy, wanted) };
  } catch (error) {
    value?.dispose();
    throw error;
  } finally {
    tape.clear();
  }
}

/** Walks the tape from its end, freeing what each node saved and each incoming gradient as soon as it was used. */
function walkBack(tape: Tape, value: Tensor, dy: Tensor | undefined, wanted: Set<number>): Map<number, Tensor> {
  const upstream = new Map<number, Tensor>();
  try {
    if (tape.tracked.has(value.id)) upstream.set(value.id, dy ? clone(dy) : fill([], 1));
    for (let node = tape.nodes.pop(); node; node = tape.nodes.pop()) {
      const incoming = upstream.get(node.output);
      try {
        if (incoming) for (const [id, gradient] of gradientsOf(node, incoming)) accumulate(upstream, id, gradient);
      } finally {
        free(node);
      }
      if (incoming && !wanted.has(node.output)) {
        upstream.delete(node.output);
        incoming.dispose();
      }
    }
    return upstream;
  } catch (error) {
    for (const gradient of upstream.values()) gradient.dispose();
    throw error;
  }
}

function gradientsOf(node: TapeNode, incoming: Tensor): [number, Tensor][] {
  const { gradient, name } = node.op;
  if (typeof gradient !== 'function') throw new ResidualError('gradient', `gradients: ${name} has no gradient`);
  const shapes = Object.fromEntries(Object.entries(node.inputs).map(([input, { shape }]) => [input, shape]));
  const context = { saved: node.saved, shapes, attributes: node.attributes } as GradientContext<Inputs, never>;
  return tidy(() => {
    const parts = gradient(incoming, context);
    const handed = new Set<Tensor>([incoming, ...Object.values(node.saved)]);
    const found: [number, Tensor][] = [];
    for (const [input, { id, shape, tracked }] of Object.entries(node.inputs)) {
      const part = tracked ? parts[input]?.() : undefined;
      if (!part) continue;
      if (showShape(part.shape) !== showShape(shape)) {
        throw new ResidualError(
          'gradient',
          `gradients: ${name} gave a gradient of shape ${showShape(part.shape)} for "${input}" of shape ${showShape(shape)}`,
        );
      }
      found.push([id, handed.has(part) ? clone(part) : part]); // each gradient has one owner
      handed.add(part);
    }
    return found;
  });
}

function accumulate(upstream: Map<number, Tensor>, id: number, gradient: Tensor): void {
  const before = upstream.get(id);
  upstream.set(id, before ? add(before, gradient) : gradient);
  if (!before) return;
  before.dispose();
  gradient.dispose();
}

function expectShapeOf(value: Tensor, dy: Tensor | undefined): void {
  const wanted = dy ? dy.shape : [];
  if (showShape(value.shape) === showShape(wanted)) return;
  throw new ResidualError(
    'gradient',
    dy
      ? `gradients: the function returned ${showShape(value.shape)}, the upstream gradient is ${showShape(wanted)}`
      : `gradients: the function must return a number of shape [], not ${showShape(value.shape)}; take the mean or the sum`,
  );
}
