import type { CapturedGraph } from './capture/captured-graph.js';
import type { Attributes, Inputs, Op } from './ops/op.js';
import type { Tensor } from './tensor.js';

/** The values of a constant as they are uploaded. */
export type TypedValues = Float32Array | Int32Array | Uint8Array;

/** Observes every op that runs while it is active: a gradient tape, or the guard of `recompute`. */
export interface OpObserver {
  /** Whether a gradient flows to one of the inputs. */
  tracks(inputs: Inputs): boolean;
  /** Called after each op. */
  onOp(op: Op, inputs: Inputs, output: Tensor, attributes: Attributes): void;
  /** Called for each new constant, with its values. */
  onConstant(x: Tensor, values: TypedValues): void;
  /** Called for each new handle on the data of `original`. */
  onAlias(handle: Tensor, original: Tensor): void;
  /** Whether the gradient of `x` would be lost if an op that is not observed read `x`. */
  losesGradient(x: Tensor): boolean;
}

let tapes: readonly OpObserver[] = [];
let capturing: CapturedGraph | undefined;

/** The active tapes, outermost first. */
export function activeTapes(): readonly OpObserver[] {
  return tapes;
}

/** Runs `body` with exactly the tapes in `active`. */
export function withTapes<Result>(active: readonly OpObserver[], body: () => Result): Result {
  const previous = tapes;
  tapes = active;
  try {
    return body();
  } finally {
    tapes = previous;
  }
}

/** The graph that is being captured, if any. */
export function activeCapture(): CapturedGraph | undefined {
  return capturing;
}

/** Runs `body` and captures its kernels into `graph`. */
export function withCapture<Result>(graph: CapturedGraph, body: () => Result): Result {
  capturing = graph;
  try {
    return body();
  } finally {
    capturing = undefined;
  }
}

/** Tells the active observers that `x` is a constant of this package, not the result of an op that they missed. */
export function registerConstant(x: Tensor, values: TypedValues): Tensor {
  for (const tape of tapes) tape.onConstant(x, values);
  capturing?.onConstant(x, values);
  return x;
}
