import { ResidualError, showShape } from '../errors.js';
import { activeTapes, withTapes } from '../op-observers.js';
import { add } from '../ops/arithmetic.js';
import { fill } from '../ops/create.js';
import { clone, type GradientContext, type Inputs } from '../ops/op.js';
import { isTensor, type Tensor, tidy } from '../tensor.js';
import { freeNode, Tape, type TapeNode } from './tape.js';

/** The value of `f`, and by tensor id the gradients of the leaves that it depends on. */
export function valueAndGradients(
  f: () => Tensor,
  leaves: readonly Tensor[],
  dy?: Tensor,
): { value: Tensor; gradients: Map<number, Tensor> } {
  const tape = new Tape(leaves);
  let value: Tensor | undefined;
  try {
    value = withTapes([...activeTapes(), tape], () => tidy(() => ownHandle(f(), tape)));
    expectShapeOf(value, dy);
    return { value, gradients: backward(tape, value, dy, new Set(leaves.map(leaf => leaf.id))) };
  } catch (error) {
    value?.dispose();
    throw error;
  } finally {
    tape.clear();
  }
}

/** The result as a handle that the caller may dispose: a clone if `f` returned a leaf or another older tensor. */
function ownHandle(result: Tensor, tape: Tape): Tensor {
  if (!isTensor(result)) throw new ResidualError('gradient', 'gradients: the function must return one tensor');
  if (tape.isOlder(result)) return clone(result);
  tape.requireObserved(result, 'the result of the function');
  return result;
}

/**
 * The backward pass: walks the tape from its end, and frees saved tensors and upstream gradients after their last use.
 */
function backward(tape: Tape, value: Tensor, dy: Tensor | undefined, leafIds: Set<number>): Map<number, Tensor> {
  const gradients = new Map<number, Tensor>();
  try {
    if (tape.isTracked(value)) gradients.set(value.id, dy ? clone(dy) : fill([], 1));
    for (let node = tape.nodes.pop(); node; node = tape.nodes.pop()) {
      const upstream = gradients.get(node.output);
      try {
        if (upstream) addGradients(node, upstream, gradients);
      } finally {
        freeNode(node);
      }
      if (upstream && !leafIds.has(node.output)) {
        gradients.delete(node.output);
        upstream.dispose();
      }
    }
    return gradients;
  } catch (error) {
    for (const gradient of gradients.values()) gradient.dispose();
    throw error;
  }
}

/** Adds the gradients of one op to those of its inputs. The map `gradients` owns every gradient in it. */
function addGradients(node: TapeNode, upstream: Tensor, gradients: Map<number, Tensor>): void {
  const shared = new Set<Tensor>([upstream, ...Object.values(node.saved)]);
  const sums = tidy(() => {
    const sums = new Map<number, Tensor>();
    for (const [id, part] of gradientsOf(node, upstream)) {
      const sum = sums.get(id) ?? gradients.get(id);
      sums.set(id, sum ? add(sum, part) : shared.has(part) ? clone(part) : part);
      shared.add(part);
    }
    return [...sums].flat();
  });
  for (let i = 0; i < sums.length; i += 2) {
    const id = sums[i] as number;
    gradients.get(id)?.dispose();
    gradients.set(id, sums[i + 1] as Tensor);
  }
}

function gradientsOf(node: TapeNode, upstream: Tensor): [number, Tensor][] {
  const { gradient, name } = node.op;
  if (typeof gradient !== 'function') throw new ResidualError('gradient', `gradients: ${name} has no gradient`);
  const inputs = Object.entries(node.inputs);
  const context = {
    saved: node.saved,
    shapes: Object.fromEntries(inputs.map(([input, { shape }]) => [input, shape])),
    needsGradient: Object.fromEntries(inputs.map(([input, { tracked }]) => [input, tracked])),
    attributes: node.attributes,
  } as GradientContext<Inputs, never>;
  const parts = gradient(upstream, context);
  const gradients: [number, Tensor][] = [];
  for (const [input, { id, shape, tracked }] of inputs) {
    if (!tracked) continue;
    if (!parts[input]) throw new ResidualError('gradient', `gradients: ${name} has no gradient for "${input}"`);
    const part = parts[input]();
    if (!part) continue;
    if (showShape(part.shape) !== showShape(shape)) {
      throw new ResidualError(
        'gradient',
        `gradients: ${name} gave a gradient of shape ${showShape(part.shape)} for "${input}" of shape ` +
          `${showShape(shape)}`,
      );
    }
    gradients.push([id, part]);
  }
  return gradients;
}

function expectShapeOf(value: Tensor, dy: Tensor | undefined): void {
  const expected = dy ? dy.shape : [];
  if (showShape(value.shape) === showShape(expected)) return;
  throw new ResidualError(
    'gradient',
    dy
      ? `gradients: the function returned ${showShape(value.shape)}, the upstream gradient is ${showShape(expected)}`
      : `gradients: the function must return a number of shape [], not ${showShape(value.shape)}; take the mean ` +
          'or the sum',
  );
}
