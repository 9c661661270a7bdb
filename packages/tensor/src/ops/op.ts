import * as tf from '@tensorflow/tfjs-core';
import { requireBackend } from '../backend/backend.js';
import { ResidualError, showShape } from '../errors.js';
import { activeCapture, activeTapes, withTapes } from '../op-observers.js';
import { type Tensor, tidy } from '../tensor.js';

/** Named tensor inputs of an op; a missing optional input is undefined. */
export type Inputs = Readonly<Record<string, Tensor | undefined>>;

/** Plain settings of an op. Whatever changes from step to step is an input tensor, never an attribute. */
export type Attributes = Readonly<Record<string, unknown>>;

/** The inputs of an op as kernels get them: where the data lies, its shape and type. */
export type KernelInputs<I> = { readonly [Name in keyof I]: tf.TensorInfo };

/** Gradient of the loss for the inputs of an op, each computed only when it is wanted; undefined where it is zero. Integer inputs have none. */
export type InputGradients<I> = { readonly [Name in keyof I]?: () => Tensor | undefined };

/** What a gradient may read: the saved tensors by name (`output` is the op's result), the shapes of all inputs, and which gradients are wanted. */
export interface GradientContext<I, A> {
  readonly saved: { readonly [Name in keyof I]-?: Tensor } & { readonly output: Tensor };
  readonly shapes: { readonly [Name in keyof I]-?: number[] };
  readonly needsGradient: { readonly [Name in keyof I]-?: boolean };
  readonly attributes: A;
}

/**
 * A named op, the seam between meaning and speed. `compose` is its meaning in terms of other ops and the fallback on every backend; `gradient` its
 * gradient; a backend may have a kernel of the same `name` that gives the same numbers faster. `stock` names a tfjs kernel that is right as it is.
 * Without `gradient`, gradients go through the composition. `'none'` says that the result is constant wherever it is smooth (comparisons, integers).
 */
export interface Op<I extends Inputs = Inputs, A extends Attributes = Attributes> {
  readonly name: string;
  readonly tfjsKernel?: string;
  /** Names of the backends whose stock kernel gives other numbers, so that it is not used there. */
  readonly tfjsKernelWrongOn?: readonly string[];
  readonly compose?: (inputs: I, attributes: A) => Tensor;
  /** Whether the stock kernel takes its inputs as a list, in the order of their names. */
  readonly inputsAsList?: boolean;
  /** Inputs (and `output`) that the gradient reads; nothing else is kept until the backward pass. */
  readonly saves?: readonly (keyof I | 'output')[] & readonly string[];
  readonly gradient?: ((upstream: Tensor, context: GradientContext<I, A>) => InputGradients<I>) | 'none';
}

/** Runs an op on the active backend: its kernel where there is one, else the stock kernel, else the composition. */
export function runOp<I extends Inputs, A extends Attributes>(op: Op<I, A>, inputs: I, attributes: A): Tensor {
  const kernel = kernelOf(op as unknown as Op);
  const tapes = activeTapes();
  if (tapes.length === 0) return compute(op, kernel, inputs, attributes);
  const viaComposition = op.gradient === undefined && op.compose !== undefined;
  if (viaComposition && tapes.some(tape => tape.tracks(inputs))) return runComposition(op, inputs, attributes);
  const output = withTapes([], () => compute(op, kernel, inputs, attributes));
  for (const tape of tapes) tape.onOp(op as unknown as Op, inputs, output, attributes);
  return output;
}

/** An op of your own as a function of its inputs and attributes. With a kernel registered under its name it runs on that, else composed. */
export function defineOp<I extends Inputs, A extends Attributes = Record<never, never>>(
  op: Op<I, A>,
): (inputs: I, attributes?: A) => Tensor {
  return (inputs, attributes = {} as A) => runOp(op, inputs, attributes);
}

/** tfjs's Identity copies the data on wasm; Reshape does on no backend. */
const cloneOp: Op<{ x: Tensor }, { shape: readonly number[] }> = {
  name: 'residual.clone',
  tfjsKernel: 'Reshape',
  gradient: dy => ({ x: () => dy }),
};

/** Another handle on the same data, which is not copied; each is disposed by its own owner. */
export function clone(x: Tensor): Tensor {
  return runOp(cloneOp, { x }, { shape: x.shape });
}

function compute<I extends Inputs, A extends Attributes>(
  op: Op<I, A>,
  kernel: string | undefined,
  inputs: I,
  attributes: A,
): Tensor {
  expectAlive(op.name, inputs);
  if (kernel === undefined) return runComposition(op, inputs, attributes);
  const present = (op.inputsAsList ? Object.values(inputs) : definedOnly(inputs)) as tf.NamedTensorMap;
  const output = tf.engine().runKernel(kernel, present, attributes as unknown as tf.NamedAttrMap) as unknown as Tensor;
  activeCapture()?.addCall(kernel, present, attributes, output);
  return output;
}

/** The composition. A result is always a handle of its own, so an input that comes through unchanged is cloned. */
function runComposition<I extends Inputs, A extends Attributes>(op: Op<I, A>, inputs: I, attributes: A): Tensor {
  return tidy(() => {
    const output = op.compose!(inputs, attributes);
    for (const name in inputs) if (inputs[name] === output) return clone(output);
    return output;
  });
}

function kernelOf(op: Op): string | undefined {
  const backend = requireBackend();
  if (tf.getKernel(op.name, backend)) return op.name;
  const stock = op.tfjsKernelWrongOn?.includes(backend) ? undefined : op.tfjsKernel;
  if (stock !== undefined && tf.getKernel(stock, backend)) return stock;
  if (op.compose) return undefined;
  throw new ResidualError('kernel', `${op.name}: backend '${backend}' has no kernel ${stock ?? op.name} for it`);
}

function definedOnly(inputs: Inputs): Record<string, Tensor> {
  const present: Record<string, Tensor> = {};
  for (const name in inputs) {
    const input = inputs[name];
    if (input !== undefined) present[name] = input;
  }
  return present;
}

/** Throws where an input was disposed: a kernel would read what is not there. */
function expectAlive(name: string, inputs: Inputs): void {
  for (const input in inputs)
    if (inputs[input]?.isDisposed)
      throw new ResidualError(
        'disposed',
        `${name.replace('residual.', '')}: ${input} ${showShape(inputs[input].shape)} was disposed before`,
      );
}
