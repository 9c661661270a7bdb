import type { CapturedGraph } from './capture/captured-graph.js';
import type { Attributes, Inputs, Op } from './ops/op.js';
import type { Tensor } from './tensor.js';

/** What is told of each op while it is on. */
export interface OpObserver {
  /** Whether a gradient flows to one of these. */
  tracks(inputs: Inputs): boolean;
  /** An op ran. */
  onOp(op: Op, inputs: Inputs, output: Tensor, attributes: Attributes): void;
  /** A constant was made. */
  onConstant(x: Tensor): void;
  /** `handle` is another handle of `original`. */
  onAlias(handle: Tensor, original: Tensor): void;
  /** Whether a gradient that reaches `x` would be lost if `x` were read behind this watcher's back. */
  losesGradient(x: Tensor): boolean;
}

let tapes: readonly OpObserver[] = [];
let capturing: CapturedGraph | undefined;

/** The tapes that are on, outermost first. */
export function activeTapes(): readonly OpObserver[] {
  return tapes;
}

/** Runs `body` with exactly `during` on. */
export function withTapes<Result>(active: readonly OpObserver[], body: () => Result): Result {
  const before = tapes;
  tapes = active;
  try {
    return body();
  } finally {
    tapes = before;
  }
}

/** The recording that is on, if any. */
export function activeCapture(): CapturedGraph | undefined {
  return capturing;
}

/** Runs `body` with `during` on. */
export function withCapture<Result>(graph: CapturedGraph, body: () => Result): Result {
  capturing = graph;
  try {
    return body();
  } finally {
    capturing = undefined;
  }
}

/** Tells who watches that `x` is a constant made here, not by an op that they missed. */
export function registerConstant(x: Tensor): Tensor {
  for (const tape of tapes) tape.onConstant(x);
  capturing?.onConstant(x);
  return x;
}
