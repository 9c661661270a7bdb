import { samplingError } from './errors.js';

/** What is known about one row of a batch when its next token is chosen. */
export interface SequenceContext {
  /** The row's token ids so far, prompt first, without padding. */
  readonly tokens: ArrayLike<number>;
  /** How many of `tokens` are the prompt. */
  readonly promptLength: number;
  /** The row's index in the batch, 0 if not given: rows of one batch draw different random numbers. */
  readonly batchIndex?: number;
  /** What an encoder read, for the two `encoder...` processors. */
  readonly encoderTokens?: ArrayLike<number>;
}

/**
 * From the logits of one row, [vocab], to other logits, [vocab]; -Infinity is a token that cannot be chosen. Without `out` the
 * given row is left as it is; with `out` the result is written there, and `out` may be the row itself. A function of two
 * arguments that returns a row is a processor too.
 */
export type Processor = (logits: Float32Array, context: SequenceContext, out?: Float32Array) => Float32Array;

/** A processor made of `change`, which rewrites a row [vocab] in place; the row it is given is never the caller's own. */
export const processor =
  (change: (row: Float32Array, context: SequenceContext) => void): Processor =>
  (logits, context, out = new Float32Array(logits.length)) => {
    if (out !== logits) out.set(logits);
    change(out, context);
    return out;
  };

/** Runs a list of processors over `row` [vocab], which they may overwrite; throws when one returns another number of logits. */
export function runInPlace(
  processors: readonly Processor[],
  row: Float32Array,
  context: SequenceContext,
): Float32Array {
  let logits = row;
  for (const [index, process] of processors.entries()) {
    logits = process(logits, context, logits);
    if (logits?.length !== row.length) {
      const count = logits?.length ?? 'no';
      throw samplingError('logits', `processor ${index} returned ${count} logits; it was given ${row.length}`);
    }
  }
  return logits;
}

/** Runs a list of processors in turn over a copy of `logits` [vocab] and returns the result [vocab]. */
export const applyProcessors = (
  processors: readonly Processor[],
  logits: ArrayLike<number>,
  context: SequenceContext,
): Float32Array => runInPlace(processors, Float32Array.from(logits), context);
