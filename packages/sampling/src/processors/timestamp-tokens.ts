import { expectInteger } from '../errors.js';
import { type Processor, processor } from '../processor.js';

/** Settings of `timestampTokens`. */
export interface TimestampTokens {
  /** The token of the time 0; all tokens from here on are times, in order. The one before it says "no times". */
  readonly begin: number;
  /** The end token, which comes after all tokens of text. */
  readonly eosTokenId: number;
  /** How many steps after 0 the first time may be; any number if absent. */
  readonly maxInitialIndex?: number | undefined;
}

/**
 * The rules of tokens that say the time, as in Whisper (Radford et al. 2022): the text begins with a time, times come
 * in pairs (the end of a segment and the start of the next one) or before the end token, and they never go back. If all
 * times together are likelier than the likeliest token of text, a time comes next. Logits [vocab] to logits [vocab].
 */
export function timestampTokens({ begin, eosTokenId, maxInitialIndex }: TimestampTokens): Processor {
  expectInteger('timestampTokens.begin', begin, 1);
  expectInteger('timestampTokens.eosTokenId', eosTokenId, 0);
  if (maxInitialIndex !== undefined) expectInteger('timestampTokens.maxInitialIndex', maxInitialIndex, 0);
  return processor((row, { tokens, promptLength }) => {
    row[begin - 1] = -Infinity;
    const isTime = (index: number) => tokens[index]! >= begin;
    const count = tokens.length - promptLength;
    const isAfterTime = count >= 1 && isTime(tokens.length - 1);
    const isAfterPair = count < 2 || isTime(tokens.length - 2);
    if (isAfterTime) {
      if (isAfterPair) row.fill(-Infinity, begin);
      else row.fill(-Infinity, 0, eosTokenId);
    }
    const last = lastTime(tokens, promptLength, begin);
    // The start of a segment may be the end of the one before it; the end of one is after its start.
    if (last !== undefined) row.fill(-Infinity, begin, isAfterTime && !isAfterPair ? last : last + 1);
    if (count === 0) {
      row.fill(-Infinity, 0, begin);
      if (maxInitialIndex !== undefined) row.fill(-Infinity, begin + maxInitialIndex + 1);
    }
    if (isTimeLikelier(row, begin)) row.fill(-Infinity, 0, begin);
  });
}

/** The last new token that is a time; undefined if there is none. */
function lastTime(tokens: ArrayLike<number>, promptLength: number, begin: number): number | undefined {
  for (let i = tokens.length; i-- > promptLength; ) if (tokens[i]! >= begin) return tokens[i];
  return undefined;
}

/** Whether all times together are likelier than the likeliest token of text. */
function isTimeLikelier(row: Float32Array, begin: number): boolean {
  const [text, time] = [largestOf(row, 0, begin), largestOf(row, begin, row.length)];
  if (time === -Infinity) return false;
  let sum = 0;
  for (let id = begin; id < row.length; id++) sum += Math.exp(row[id]! - time);
  return time + Math.log(sum) > text;
}

function largestOf(row: Float32Array, from: number, to: number): number {
  let largest = -Infinity;
  for (let id = from; id < to; id++) largest = Math.max(largest, row[id]!);
  return largest;
}
