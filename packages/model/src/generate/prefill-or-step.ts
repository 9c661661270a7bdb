import { yieldToEventLoop } from '@residual/base';
import type { Recorder } from '@residual/layers';
import { type PlainTensor, plainTaps } from '../plain-tensor.js';
import type { DecodeSession } from './decode-session.js';

/** What one pass gave, by row. */
export interface StepOutput {
  readonly logits: (row: number) => Float32Array;
  readonly taps: (row: number) => Readonly<Record<string, PlainTensor>>;
}

/** A row as far as it is written; one that has an end is fed no more. */
export interface ActiveSequence {
  readonly tokens: readonly number[];
  readonly finishReason?: unknown;
}

/** Feeds what the rows hold beyond the cache and reads the logits that follow. */
export async function prefillOrStep(
  session: DecodeSession,
  sequences: readonly ActiveSequence[],
  padding: readonly number[],
  fixedShapes: boolean,
  recorder: Recorder | undefined,
  signal: AbortSignal | undefined,
): Promise<StepOutput> {
  const lengths = sequences.map((row, i) => (row.finishReason === undefined ? padding[i]! + row.tokens.length : 0));
  const total = Math.max(...lengths);
  const longest =
    fixedShapes || recorder ? lengthBuckets.at(-1)! : Math.max(1, Math.floor(maxTokensPerPass / sequences.length));
  for (let isFirst = true; ; isFirst = false) {
    if (isFirst) signal?.throwIfAborted();
    else await yieldToEventLoop(signal);
    const [from, length, shape] = [session.length, ...nextPass(session, total, longest, fixedShapes)];
    const ids = sequences.map((row, i) => Array.from({ length }, (_, j) => row.tokens[from + j - padding[i]!] ?? 0));
    const logits = session.feed(ids, shape, total);
    try {
      if (session.length < total) continue;
      const values = (await logits.data()) as Float32Array;
      const taps = await plainTaps(recorder?.values, sequences.length, session.sourceLengths);
      const vocab = values.length / sequences.length;
      return { logits: i => values.subarray(i * vocab, (i + 1) * vocab), taps: i => taps[i]! };
    } finally {
      logits.dispose();
    }
  }
}

/** So many tokens are fed in one pass where it holds the event loop until it is computed; other work has its turn in between. */
export const maxTokensPerPass = 64;

/** Lengths of one pass on backends that compile programs by shape. */
const lengthBuckets = [1, 16, 64, 256];

/** How many tokens the next pass feeds, and in which shape. */
function nextPass(
  session: DecodeSession,
  total: number,
  longest: number,
  fixedShapes: boolean,
): [length: number, shape: number] {
  const length = Math.min(total - session.length, longest);
  const shape = fixedShapes ? lengthBuckets.find(size => size >= length)! : length;
  return [length, session.fits(shape) ? shape : length];
}
