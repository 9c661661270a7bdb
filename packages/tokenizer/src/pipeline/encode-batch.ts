import { Encoding, type EncodingSource, type TokenOffsets, type TokenSpan } from '../encoding.js';
import { failInput } from '../errors.js';
import { describeType } from '../formats/json/fields.js';
import type { Model } from '../models/model.js';
import { modelWithDropout } from '../models/with-dropout.js';
import type { BatchOptions } from '../options.js';
import { applyTemplate, numSpecialTokensToAdd } from '../post-processors/apply-template.js';
import { pad, paddedLength } from '../post-processors/padding.js';
import { trimOffsets } from '../post-processors/trim-offsets.js';
import { truncate } from '../post-processors/truncation.js';
import type { Tokenizer } from '../tokenizer.js';
import type { Pipeline } from './pipeline.js';

/** A text, or a pair of texts. */
export type EncodeInput = string | readonly [text: string, pair: string];

/**
 * Encodes texts and pairs of texts: ids, then truncation, template and padding. Throws `input` if a text or an option
 * does not fit.
 */
export function encodeBatch(
  tokenizer: Tokenizer,
  pipeline: Pipeline,
  texts: readonly EncodeInput[],
  options: BatchOptions,
): Encoding[] {
  if (!Array.isArray(texts)) failInput(`encodeBatch: texts must be an array, they are ${describeType(texts)}`);
  const drafts = texts.map((entry, index) => {
    const sequences = Array.isArray(entry) ? entry.map(checkEncodeInput) : [checkEncodeInput(entry)];
    if (Array.isArray(entry) && entry.length !== 2) {
      failInput(`encodeBatch: an entry is a text or a pair of texts, entry ${index} holds ${entry.length}`);
    }
    const modelOf = (sequence: number) => modelWithDropout(tokenizer.parts.model, options, 2 * index + sequence);
    return draftOf(tokenizer, pipeline, sequences, options, modelOf);
  });
  const { padding } = options;
  if (!padding) return drafts.map(encodingOf);
  const longest = drafts.reduce((most, { spans }) => Math.max(most, tokenCount(spans[0]!)), 0);
  const length = paddedLength(padding, longest);
  const filled = { ...padding, id: padding.id ?? tokenizer.padTokenId ?? 0 };
  return drafts.map(({ spans, source }) =>
    encodingOf({ spans: spans.map(parts => pad(parts, filled, length)), source }),
  );
}

/** An encoding in the making. */
interface Draft {
  /** The spans of the encoding, then those of what overflows. */
  readonly spans: readonly (readonly TokenSpan[])[];
  /** Computes the properties other than ids. */
  readonly source: EncodingSource;
}

/** Encodes one text or a pair, with truncation and template. */
function draftOf(
  tokenizer: Tokenizer,
  pipeline: Pipeline,
  texts: readonly string[],
  { truncation, addSpecialTokens = true }: BatchOptions,
  modelOf: (sequence: number) => Model,
): Draft {
  const { postProcessor } = tokenizer.parts;
  const limit = truncation?.stopEarly && truncation.direction !== 'left' ? truncation.maxLength : undefined;
  const ids = texts.map((text, sequence) => pipeline.encodeIds(text, limit, modelOf(sequence)));
  const added = addSpecialTokens ? numSpecialTokensToAdd(postProcessor, texts.length > 1) : 0;
  const windows = truncation ? truncate(ids, truncation, added) : ids.map(all => [{ from: 0, ids: all }]);
  const traces: (TokenOffsets | undefined)[] = [];
  const { trimOffsets: trim } = postProcessor;
  return {
    spans: applyTemplate(postProcessor, windows, addSpecialTokens),
    source: {
      token: id => tokenizer.idToToken(id) ?? '',
      tokenOffsets: sequence => (traces[sequence] ??= pipeline.trackOffsets(texts[sequence]!, modelOf(sequence))),
      ...(trim && { trim: (tokens, offsets, text) => trimOffsets(tokens, offsets, text, trim.addPrefixSpace) }),
    },
  };
}

function encodingOf({ spans: [main, ...overflowing], source }: Draft): Encoding {
  return new Encoding(
    main!,
    source,
    overflowing.map(parts => new Encoding(parts, source)),
  );
}

const tokenCount = (parts: readonly TokenSpan[]) => parts.reduce((count, part) => count + part.ids.length, 0);

const checkEncodeInput = (text: unknown) => checkText(text, 'encode');

/** Returns the text. Throws `input` if it is no string. */
export function checkText(text: unknown, name: string): string {
  if (typeof text === 'string') return text;
  return failInput(`${name}: text must be a string, it is ${text === null ? 'null' : `a ${typeof text}`}`);
}
