import { yieldToEventLoop } from '@residual/base';
import type { Recorder } from '@residual/layers';
import type { LargestLogits } from '@residual/tensor';
import { type PlainTensor, plainTaps } from '../plain-tensor.js';
import type { CachedBatch } from './cached-batch.js';
import type { PrefixCache } from './prefix-cache.js';
import { type LogitsWanted, readLogits } from './read-logits.js';
import type { SharedSteps } from './shared-steps.js';

/**
 * The output of one step: logits [vocab], or the largest of them, and taps of each sequence, by its index. A step with
 * drafted tokens has `rows` rows of logits: after the last token of the sequence (row 0) and after each drafted one.
 */
export interface StepOutput {
  /** 1, or 1 more than the drafted tokens that were read. */
  readonly rows: number;
  /** Empty where `largest` has all that the step was asked for. */
  readonly logits: (index: number, row?: number) => Float32Array;
  /** The largest logits, if the step was asked for them and the backend finds them without reading all. */
  readonly largest: (index: number, row?: number) => LargestLogits | undefined;
  readonly taps: (index: number) => Readonly<Record<string, PlainTensor>>;
}

/** The tokens of a sequence so far, prompt included. No tokens are fed to a finished one. */
export interface ActiveSequence {
  readonly tokens: readonly number[];
  readonly isFinished: boolean;
}

/** The options of `prefillOrStep`. */
export interface PrefillOrStepOptions extends LogitsWanted {
  /** Whether tokens are fed in passes of few lengths. */
  readonly fixedShapes: boolean;
  /** Whether the last pass is padded to one of those lengths; otherwise it is split into several. */
  readonly mayPad: boolean;
  /** Records the taps of the last pass. */
  readonly recorder: Recorder | undefined;
  /** Keeps what the passes of a prompt compute; nothing if absent. */
  readonly prefixCache?: PrefixCache | undefined;
  /** Feeds the last token of a sequence in one pass with those of other generations; alone if absent. */
  readonly sharedSteps?: SharedSteps | undefined;
  /** Ends the call before its next pass. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Feeds the tokens that are not in the cache yet, a whole prompt in several passes or the last token, and reads the
 * logits after them.
 */
export async function prefillOrStep(
  batch: CachedBatch,
  sequences: readonly ActiveSequence[],
  { fixedShapes, mayPad, recorder, prefixCache, sharedSteps, signal, ...wanted }: PrefillOrStepOptions,
): Promise<StepOutput> {
  const { padding } = batch;
  const lengths = sequences.map(({ tokens, isFinished }, i) => (isFinished ? 0 : padding[i]! + tokens.length));
  const longest = Math.max(...lengths);
  batch.dropUntilFits(longest - batch.dropped);
  const total = longest - batch.dropped;
  const maxPassLength =
    fixedShapes || recorder ? lengthBuckets.at(-1)! : Math.max(1, Math.floor(maxTokensPerPass / sequences.length));
  const nextPass = !fixedShapes ? exactPass : mayPad ? paddedPass : splitPass;
  for (let isFirst = true; ; isFirst = false) {
    if (isFirst) signal?.throwIfAborted();
    else await yieldToEventLoop(signal);
    const [from, length, paddedLength] = [batch.length, ...nextPass(batch, total, maxPassLength)];
    if (sharedSteps) {
      const token = batch.tokenAt(sequences[0]!.tokens, 0, from);
      const { values, largest } = await sharedSteps.step({ ...wanted, sequence: batch, token, signal });
      return { rows: 1, logits: () => values, largest: () => largest, taps: () => ({}) };
    }
    const ids = sequences.map(({ tokens }, i) => Array.from({ length }, (_, j) => batch.tokenAt(tokens, i, from + j)));
    const logits = batch.feed(ids, paddedLength, total);
    try {
      if (length > 1) prefixCache?.store(batch, sequences[0]!.tokens, from);
      if (batch.length < total) continue;
      const { largest, rowOf } = await readLogits(logits, wanted);
      const taps = await plainTaps(recorder?.values, sequences.length, batch.sourceLengths);
      return {
        rows: 1,
        logits: rowOf,
        largest: i => largest?.[i],
        taps: i => taps[i]!,
      };
    } finally {
      logits.dispose();
    }
  }
}

/**
 * The most tokens of one pass on a backend that blocks the event loop while it computes; other work runs between
 * passes.
 */
export const maxTokensPerPass = 64;

/** The lengths of a pass on backends that compile programs by shape. */
const lengthBuckets = [1, 16, 64, 256];

/** How many tokens the next pass feeds, and the length to which it is padded. */
type NextPass = (batch: CachedBatch, total: number, maxPassLength: number) => [length: number, paddedLength: number];

/** All tokens that are left, up to `maxPassLength`. */
const exactPass: NextPass = (batch, total, maxPassLength) => {
  const length = Math.min(total - batch.length, maxPassLength);
  return [length, length];
};

/** The same, padded to one of the `lengthBuckets` if that fits. */
export const paddedPass: NextPass = (batch, total, maxPassLength) => {
  const [length] = exactPass(batch, total, maxPassLength);
  const paddedLength = lengthBuckets.find(size => size >= length)!;
  return [length, batch.fits(paddedLength) ? paddedLength : length];
};

/** The longest of the `lengthBuckets` that the tokens left fill. */
const splitPass: NextPass = (batch, total, maxPassLength) => {
  const [left] = exactPass(batch, total, maxPassLength);
  const length = lengthBuckets.findLast(size => size <= left)!;
  return [length, length];
};
