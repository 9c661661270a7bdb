import type { Model } from '../models/model.js';
import { encodeUtf8 } from '../text/byte-text.js';
import type { PreTokenizer, Scan } from './pre-tokenizer.js';

/**
 * The scan of a pre-tokenizer that does nothing else before a model that accepts bytes; undefined for all other
 * pre-tokenizers.
 */
export function plainScan(stages: PreTokenizer): Scan | undefined {
  const [first, ...others] = stages;
  const isPlain = stages.at(-1)?.asBytes && others.every(({ split, scan }) => !split && !scan);
  return isPlain && stages.every(({ rewrite }) => !rewrite) ? first!.scan : undefined;
}

/**
 * Appends the ids of a text whose pre-tokens a scan finds in its UTF-8 bytes, up to the pre-token with which there are
 * `limit` ids.
 */
export function encodeByScan(
  text: string,
  scan: Scan,
  encodeBytes: NonNullable<Model['encodeBytes']>,
  ids: number[],
  limit = Number.POSITIVE_INFINITY,
): void {
  const bytes = encodeUtf8(text);
  const end = bytes.length;
  for (let at = 0, to = 0; at < end && ids.length < limit; at = to) {
    to = scan(bytes, at, end);
    encodeBytes(bytes, at, to, ids);
  }
}
