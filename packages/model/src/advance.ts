import { nextTurn } from '@residual/base';
import type { Recorder } from '@residual/layers';
import type { Decoding } from './decoding.js';
import { type PlainTensor, plainTaps } from './plain-tensor.js';

/** What one pass gave, by row. */
export interface Seen {
  readonly logits: (row: number) => Float32Array;
  readonly taps: (row: number) => Readonly<Record<string, PlainTensor>>;
}

/** A row as far as it is written; one that has an end is fed no more. */
export interface Fed {
  readonly tokens: readonly number[];
  readonly finish?: unknown;
}

/** Feeds what the rows hold beyond the cache and reads the logits that follow. */
export async function advance(
  decoding: Decoding,
  rows: readonly Fed[],
  padding: readonly number[],
  fixedShapes: boolean,
  recorder: Recorder | undefined,
  signal: AbortSignal | undefined,
): Promise<Seen> {
  const places = rows.map((row, i) => (row.finish === undefined ? padding[i]! + row.tokens.length : 0));
  const total = Math.max(...places);
  const longest = fixedShapes || recorder ? shapes.at(-1)! : Math.max(1, Math.floor(tokensAtOnce / rows.length));
  for (let isFirst = true; ; isFirst = false) {
    if (isFirst) signal?.throwIfAborted();
    else await nextTurn(signal);
    const [from, length, shape] = [decoding.length, ...chunk(decoding, total, longest, fixedShapes)];
    const ids = rows.map((row, i) => Array.from({ length }, (_, j) => row.tokens[from + j - padding[i]!] ?? 0));
    const logits = decoding.feed(ids, shape, total);
    try {
      if (decoding.length < total) continue;
      const values = (await logits.data()) as Float32Array;
      const taps = await plainTaps(recorder?.values, rows.length, decoding.sourceLengths);
      const vocab = values.length / rows.length;
      return { logits: i => values.subarray(i * vocab, (i + 1) * vocab), taps: i => taps[i]! };
    } finally {
      logits.dispose();
    }
  }
}

/** So many tokens are fed in one pass where it holds the event loop until it is computed; other work has its turn in between. */
export const tokensAtOnce = 64;

/** Lengths of one pass on backends that compile programs by shape. */
const shapes = [1, 16, 64, 256];

/** How many tokens the next pass feeds, and in which shape. */
function chunk(
  decoding: Decoding,
  total: number,
  longest: number,
  fixedShapes: boolean,
): [length: number, shape: number] {
  const length = Math.min(total - decoding.length, longest);
  const shape = fixedShapes ? shapes.find(size => size >= length)! : length;
  return [length, decoding.fits(shape) ? shape : length];
}
