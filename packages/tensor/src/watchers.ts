import type { Attributes, Inputs, Op } from './op.js';
import type { Recording } from './recording.js';
import type { Tensor } from './tensor.js';

/** What is told of each op while it is on. */
export interface Watcher {
  /** Whether a gradient flows to one of these. */
  tracks(inputs: Inputs): boolean;
  /** An op ran. */
  record(op: Op, inputs: Inputs, output: Tensor, attributes: Attributes): void;
  /** A constant was made. */
  note(x: Tensor): void;
  /** `handle` is another handle of `original`. */
  alias(handle: Tensor, original: Tensor): void;
  /** Whether a gradient that reaches `x` would be lost if `x` were read behind this watcher's back. */
  misses(x: Tensor): boolean;
}

let tapes: readonly Watcher[] = [];
let recording: Recording | undefined;

/** The tapes that are on, outermost first. */
export function activeTapes(): readonly Watcher[] {
  return tapes;
}

/** Runs `body` with exactly `during` on. */
export function withTapes<Result>(during: readonly Watcher[], body: () => Result): Result {
  const before = tapes;
  tapes = during;
  try {
    return body();
  } finally {
    tapes = before;
  }
}

/** The recording that is on, if any. */
export function activeRecorder(): Recording | undefined {
  return recording;
}

/** Runs `body` with `during` on. */
export function withRecording<Result>(during: Recording, body: () => Result): Result {
  recording = during;
  try {
    return body();
  } finally {
    recording = undefined;
  }
}

/** Tells who watches that `x` is a constant made here, not by an op that they missed. */
export function noteConstant(x: Tensor): Tensor {
  for (const tape of tapes) tape.note(x);
  recording?.note(x);
  return x;
}
