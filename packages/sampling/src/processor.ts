import { samplingError } from './errors.js';

/** The sequence for which the next token is chosen. */
export interface SequenceContext {
  /** Token ids so far, prompt first, without padding. */
  readonly tokens: ArrayLike<number>;
  /** How many of `tokens` belong to the prompt. */
  readonly promptLength: number;
  /** Index of the sequence in its batch, default 0; sequences of one batch draw different random numbers. */
  readonly batchIndex?: number;
  /** Token ids that the encoder read, for the two `encoder...` processors. */
  readonly encoderTokens?: ArrayLike<number>;
}

/**
 * Maps the logits of one sequence [vocab] to new logits [vocab]; -Infinity marks a token that cannot be chosen. Without
 * `out` the input is unchanged; with `out` the result is written there, and `out` may be the input itself. A function
 * of two arguments that returns new logits is a processor too.
 */
export type Processor = (logits: Float32Array, context: SequenceContext, out?: Float32Array) => Float32Array;

/** Makes a processor from `change`, which rewrites a row of logits [vocab] in place; the row is a copy of the input. */
export const processor =
  (change: (row: Float32Array, context: SequenceContext) => void): Processor =>
  (logits, context, out = new Float32Array(logits.length)) => {
    if (out !== logits) out.set(logits);
    change(out, context);
    return out;
  };

/**
 * Runs processors in turn over `row` [vocab], which they may overwrite; throws if one returns another number of logits.
 */
export function runInPlace(
  processors: readonly Processor[],
  row: Float32Array,
  context: SequenceContext,
): Float32Array {
  let logits = row;
  for (const [index, process] of processors.entries()) {
    logits = process(logits, context, logits);
    const count = logits?.length ?? 'no';
    if (count !== row.length)
      throw samplingError('logits', `processor ${index} returned ${count} logits; it was given ${row.length}`);
  }
  return logits;
}

/** Runs processors in turn over a copy of `logits` [vocab] and returns the result [vocab]. */
export const applyProcessors = (
  processors: readonly Processor[],
  logits: ArrayLike<number>,
  context: SequenceContext,
): Float32Array => runInPlace(processors, Float32Array.from(logits), context);
