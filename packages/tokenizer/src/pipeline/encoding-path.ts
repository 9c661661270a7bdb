import type { Model } from '../models/model.js';
import type { Normalizer } from '../normalizers/normalizer.js';
import { encodeByScan, plainScan } from '../pre-tokenizers/plain-scan.js';
import type { PreTokenizer, Scan, SinglePassEncoder } from '../pre-tokenizers/pre-tokenizer.js';
import { runPreTokenizer } from '../pre-tokenizers/run-pre-tokenizer.js';
import type { NormalizedString } from '../text/normalized-string.js';

/**
 * How texts become ids.
 *
 * `byte-scan`: a hand-written scan of UTF-8 for a known pattern, then byte-level BPE on the bytes.
 *
 * `single-pass`: one pass over the text with a table of the results of normalizer and pre-tokenizer for each character.
 * Texts that need more than the table take the general path.
 *
 * `general`: normalizer, pre-tokenizer and model one after another.
 *
 * All paths give the same ids.
 */
export type EncodingPath = 'byte-scan' | 'single-pass' | 'general';

/** Encodes the parts of a text between added tokens, ids only. */
export interface PartEncoder {
  readonly path: EncodingPath;
  /** Whether it takes parts that are not normalized yet. */
  readonly normalizes: boolean;
  /** Whether a model can be encoded with in this way. */
  accepts(model: Model): boolean;
  /** Appends the ids of a part, up to the pre-token with which there are `limit` ids. */
  encode(part: NormalizedString, model: Model, ids: number[], limit: number): void;
}

/**
 * The encoders that a normalizer and a pre-tokenizer allow, the fastest first. A text takes the first that accepts its
 * model; the last one accepts all. `findsNormalizedTokens`: tokens are searched in normalized texts, which therefore
 * must be written.
 */
export function partEncoders(
  normalizer: Normalizer | undefined,
  preTokenizer: PreTokenizer,
  findsNormalizedTokens: boolean,
): readonly PartEncoder[] {
  const general = generalEncoder(preTokenizer);
  const scan = plainScan(preTokenizer);
  const singlePass = preTokenizer.at(-1)?.singlePass?.(preTokenizer, findsNormalizedTokens ? undefined : normalizer);
  return [
    ...(scan ? [byteScanEncoder(scan)] : []),
    ...(singlePass ? [singlePassPartEncoder(singlePass, normalizer, general)] : []),
    general,
  ];
}

const byteScanEncoder = (scan: Scan): PartEncoder => ({
  path: 'byte-scan',
  normalizes: false,
  accepts: model => model.encodeBytes !== undefined,
  encode: ({ text }, model, ids, limit) => encodeByScan(text, scan, model.encodeBytes!, ids, limit),
});

const singlePassPartEncoder = (
  singlePass: SinglePassEncoder,
  normalizer: Normalizer | undefined,
  general: PartEncoder,
): PartEncoder => ({
  path: 'single-pass',
  normalizes: singlePass.normalizes,
  accepts: model => model.preTokenEncoder !== undefined,
  encode: (part, model, ids, limit) => {
    const first = ids.length;
    if (singlePass.encode(part.text, model.preTokenEncoder!, ids, limit)) return;
    ids.length = first;
    if (singlePass.normalizes) normalizer?.(part);
    general.encode(part, model, ids, limit);
  },
});

const generalEncoder = (preTokenizer: PreTokenizer): PartEncoder => ({
  path: 'general',
  normalizes: false,
  accepts: () => true,
  encode: (part, model, ids, limit) => {
    const { text, spans, asBytes } = runPreTokenizer(preTokenizer, part, model.acceptsBytes);
    for (let index = 0; index < spans.length && ids.length < limit; index += 2) {
      model.tokenize(text.text, spans[index]!, spans[index + 1]!, asBytes, ids);
    }
  },
});
