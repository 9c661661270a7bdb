import * as tf from '@tensorflow/tfjs-core';
import { requireBackend } from '../backend/backend.js';
import { ResidualError, showShape } from '../errors.js';
import { activeCapture, activeTapes, withTapes } from '../op-observers.js';
import { type Tensor, tidy } from '../tensor.js';

/** Tensor inputs of an op by name; an absent optional input is undefined. */
export type Inputs = Readonly<Record<string, Tensor | undefined>>;

/** The input of an op on one tensor. */
export type UnaryInputs = { readonly x: Tensor };

/** The attributes of an op that has none. */
export type NoAttributes = Record<never, never>;

/** Plain settings of an op. Values that change from step to step are input tensors, never attributes. */
export type Attributes = Readonly<Record<string, unknown>>;

/** The inputs of an op as kernels get them: data id, shape and type. */
export type KernelInputs<I> = { readonly [Name in keyof I]: tf.TensorInfo };

/**
 * The gradients of the inputs of an op, each as a function that is called only if it is needed; undefined is zero.
 * Integer inputs have none.
 */
export type InputGradients<I> = { readonly [Name in keyof I]?: () => Tensor | undefined };

/**
 * The context of a gradient: saved tensors by name (`output` is the result of the op), shapes of all inputs, and which
 * inputs need a gradient.
 */
export interface GradientContext<I, A> {
  readonly saved: { readonly [Name in keyof I]-?: Tensor } & { readonly output: Tensor };
  readonly shapes: { readonly [Name in keyof I]-?: number[] };
  readonly needsGradient: { readonly [Name in keyof I]-?: boolean };
  readonly attributes: A;
}

/**
 * A named op. `compose` defines it by other ops and runs on every backend without a kernel. A backend may register a
 * kernel of the same `name`, which must give the same results. `tfjsKernel` names a tfjs kernel that can be used
 * unchanged. Without `gradient`, gradients go through the composition; `'none'` means that the derivative is 0 wherever
 * it exists (comparisons, integers).
 */
export interface Op<I extends Inputs = Inputs, A extends Attributes = Attributes> {
  readonly name: string;
  readonly tfjsKernel?: string;
  /** Backends on which the tfjs kernel gives wrong results; it is not used there. */
  readonly tfjsKernelWrongOn?: readonly string[];
  readonly compose?: (inputs: I, attributes: A) => Tensor;
  /** Whether the tfjs kernel takes its inputs as a list, in their order. */
  readonly inputsAsList?: boolean;
  /** Names of the inputs (or `output`) that the gradient reads; only these are kept until the backward pass. */
  readonly saves?: readonly (keyof I | 'output')[] & readonly string[];
  readonly gradient?: ((upstream: Tensor, context: GradientContext<I, A>) => InputGradients<I>) | 'none';
}

/**
 * Runs an op on the active backend: by its kernel, or else by the tfjs kernel, or else by the composition. Errors if it
 * has none of them.
 */
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

/** Makes a function of inputs and attributes from an op; it runs like every op of this package (`runOp`). */
export function defineOp<I extends Inputs, A extends Attributes = NoAttributes>(
  op: Op<I, A>,
): (inputs: I, attributes?: A) => Tensor {
  return (inputs, attributes = {} as A) => runOp(op, inputs, attributes);
}

/** Uses Reshape, since the Identity kernel of tfjs copies the data on wasm. */
const cloneOp: Op<UnaryInputs, { shape: readonly number[] }> = {
  name: 'residual.clone',
  tfjsKernel: 'Reshape',
  gradient: dy => ({ x: () => dy }),
};

/** Another handle on the same data, without a copy; each handle is disposed by its owner. */
export function clone(x: Tensor): Tensor {
  return runOp(cloneOp, { x }, { shape: x.shape });
}

function compute<I extends Inputs, A extends Attributes>(
  op: Op<I, A>,
  kernel: string | undefined,
  inputs: I,
  attributes: A,
): Tensor {
  expectAlive(op, inputs);
  if (kernel === undefined) return runComposition(op, inputs, attributes);
  const present = (op.inputsAsList ? Object.values(inputs) : presentInputs(inputs)) as tf.NamedTensorMap;
  const output = tf.engine().runKernel(kernel, present, attributes as unknown as tf.NamedAttrMap) as unknown as Tensor;
  activeCapture()?.addCall(kernel, present, attributes, output);
  return output;
}

/** Runs the composition. The result is always a new handle, so an input that is returned unchanged is cloned. */
function runComposition<I extends Inputs, A extends Attributes>(op: Op<I, A>, inputs: I, attributes: A): Tensor {
  return tidy(() => {
    const output = op.compose!(inputs, attributes);
    for (const name in inputs) if (inputs[name] === output) return clone(output);
    return output;
  });
}

/** Whether the active backend has a kernel of this op's own name. */
export function hasOwnKernel({ name }: Pick<Op, 'name'>): boolean {
  return tf.getKernel(name, requireBackend()) !== undefined;
}

function kernelOf(op: Op): string | undefined {
  const backend = requireBackend();
  if (tf.getKernel(op.name, backend)) return op.name;
  const tfjsKernel = op.tfjsKernelWrongOn?.includes(backend) ? undefined : op.tfjsKernel;
  if (tfjsKernel !== undefined && tf.getKernel(tfjsKernel, backend)) return tfjsKernel;
  if (op.compose) return undefined;
  throw new ResidualError('kernel', `${op.name}: backend '${backend}' has no kernel ${tfjsKernel ?? op.name} for it`);
}

/** The inputs that are not undefined, by name. */
export function presentInputs<Input>(inputs: Readonly<Record<string, Input | undefined>>): Record<string, Input> {
  const present: Record<string, Input> = {};
  for (const name in inputs) {
    const input = inputs[name];
    if (input !== undefined) present[name] = input;
  }
  return present;
}

/** The name of an op in messages: that of its function. */
export function functionName({ name }: Pick<Op, 'name'>): string {
  return name.replace('residual.', '');
}

/** Throws if an input was disposed. */
function expectAlive(op: Pick<Op, 'name'>, inputs: Inputs): void {
  for (const input in inputs)
    if (inputs[input]?.isDisposed)
      throw new ResidualError(
        'disposed',
        `${functionName(op)}: ${input} ${showShape(inputs[input].shape)} was already disposed`,
      );
}
