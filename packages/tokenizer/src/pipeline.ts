import { type AddedToken, type Finder, tokenFinder } from './added-tokens.js';
import type { TokenOffsets } from './encoding.js';
import type { Model } from './models/model.js';
import { type Normalizer, normalizeText } from './normalizers/normalizer.js';
import { plainScan } from './pre-tokenizers/plain-scan.js';
import type { PreTokenizer, Scan, SinglePassEncoder } from './pre-tokenizers/pre-tokenizer.js';
import { runPreTokenizer } from './pre-tokenizers/run-pre-tokenizer.js';
import { encodeUtf8 } from './text/byte-text.js';
import { NormalizedString } from './text/normalized-string.js';
import { OffsetTracker } from './text/offset-tracker.js';
import { toWellFormed, unitsAt } from './text/unicode.js';

/** The components that a text passes through on its way to ids, in this order. */
export interface PipelineParts {
  /** Tokens that are found in the text before anything else. */
  readonly addedTokens: readonly AddedToken[];
  /** Rewrites the text; undefined leaves it unchanged. */
  readonly normalizer: Normalizer | undefined;
  /** Splits the text into the pre-tokens that the model encodes one by one. */
  readonly preTokenizer: PreTokenizer;
  /** Encodes each pre-token. */
  readonly model: Model;
}

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

/** Runs the components on a text: a fast path for ids only, and a second one that also tracks the offsets of tokens. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #rawFinder: Finder;
  readonly #normalizedFinder: Finder;
  readonly #scan: Scan | undefined;
  readonly #singlePass: SinglePassEncoder | undefined;
  readonly #needsOrigin: boolean;
  /** Whether a stage needs the original offsets of pre-tokens after another stage has rewritten them. */
  readonly #needsOffsets: boolean;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const { normalizer, preTokenizer } = parts;
    this.#scan = plainScan(preTokenizer);
    const tokensInText = parts.addedTokens.filter(token => token.inText !== false && token.content !== '');
    const rawTokens = tokensInText.filter(token => !token.normalized);
    const normalizedTokens = tokensInText.filter(token => token.normalized);
    this.#rawFinder = tokenFinder(rawTokens.map(token => ({ pattern: token.content, token })));
    this.#normalizedFinder = tokenFinder(
      normalizedTokens.map(token => ({
        pattern: token.normalizedContent ?? (normalizer ? normalizeText(token.content, normalizer) : token.content),
        token,
      })),
    );
    this.#needsOrigin = preTokenizer.some(stage => stage.needsOrigin);
    const firstRewrite = preTokenizer.findIndex(stage => stage.rewrite || stage.asBytes);
    this.#needsOffsets = preTokenizer.some((stage, index) => stage.needsOrigin && index > firstRewrite);
    this.#singlePass = preTokenizer
      .at(-1)
      ?.singlePass?.(preTokenizer, normalizedTokens.length === 0 ? normalizer : undefined);
  }

  /** The path that `encodeIds` takes with a model. */
  encodingPath(model: Model): EncodingPath {
    if (model.encodeBytes && this.#scan) return 'byte-scan';
    return model.preTokenEncoder && this.#singlePass ? 'single-pass' : 'general';
  }

  /** The ids of a text. Stops after the pre-token with which there are `limit` ids. */
  encodeIds(text: string, limit = Number.POSITIVE_INFINITY, model: Model = this.#parts.model): number[] {
    const { normalizer } = this.#parts;
    const scan = model.encodeBytes && this.#scan;
    const singlePass = model.preTokenEncoder && this.#singlePass;
    const ids: number[] = [];
    this.#splitAtAddedTokens(
      text,
      this.#needsOffsets,
      singlePass?.normalizes ? undefined : normalizer,
      id => ids.length < limit && ids.push(id),
      part => {
        if (ids.length >= limit) return;
        if (scan) return encodeScanned(part.text, scan, model, ids, limit);
        const first = ids.length;
        if (singlePass?.encode(part.text, model.preTokenEncoder!, ids, limit)) return;
        ids.length = first;
        if (singlePass?.normalizes) normalizer?.(part);
        this.#encodePart(part, model, ids, limit);
      },
    );
    return ids;
  }

  /** The source text and offsets of the tokens of a text. */
  trackOffsets(text: string, model: Model = this.#parts.model): TokenOffsets {
    const { normalizer, preTokenizer } = this.#parts;
    const tracker = new OffsetTracker(toWellFormed(text), model);
    this.#splitAtAddedTokens(
      text,
      true,
      normalizer,
      (id, match) => tracker.addToken(id, match),
      part => {
        const { text, spans, asBytes } = runPreTokenizer(preTokenizer, part, model.acceptsBytes);
        for (let index = 0; index < spans.length; index += 2) {
          tracker.addPreToken(text, spans[index]!, spans[index + 1]!, asBytes);
        }
      },
    );
    return tracker;
  }

  /**
   * Normalizes a part. If a stage needs the origin of the start of the text, the alignment is tracked even if the
   * caller does not ask for it.
   */
  #normalized(part: NormalizedString, normalizer: Normalizer | undefined): NormalizedString {
    const { text, tracked, origin } = part;
    normalizer?.(part);
    if (tracked || !normalizer || !this.#needsOrigin || origin > 0 || part.text === text) return part;
    if (startsIndependently(text, part.text, normalizer)) return part;
    const aligned = new NormalizedString(text, true);
    normalizer(aligned);
    return aligned;
  }

  /** Splits a normalized part into pre-tokens and appends their ids. */
  #encodePart(part: NormalizedString, model: Model, ids: number[], limit: number): void {
    const { text, spans, asBytes } = runPreTokenizer(this.#parts.preTokenizer, part, model.acceptsBytes);
    for (let index = 0; index < spans.length && ids.length < limit; index += 2) {
      model.tokenize(text.text, spans[index]!, spans[index + 1]!, asBytes, ids);
    }
  }

  /** Splits a text at added tokens. They go to `onToken`, the normalized text between them to `onPart`. */
  #splitAtAddedTokens(
    text: string,
    tracked: boolean,
    normalizer: Normalizer | undefined,
    onToken: (id: number, at: NormalizedString) => void,
    onPart: (part: NormalizedString) => void,
  ): void {
    const whole = toWellFormed(text);
    this.#rawFinder(whole, (id, from, to) => {
      const rawPart = new NormalizedString(whole.slice(from, to), tracked, from);
      if (id !== -1) return onToken(id, rawPart);
      const part = this.#normalized(rawPart, normalizer);
      this.#normalizedFinder(part.text, (innerId, innerFrom, innerTo) => {
        const inner = part.slice(innerFrom, innerTo);
        if (innerId !== -1) onToken(innerId, inner);
        else onPart(inner);
      });
    });
  }
}

/** Appends the ids of a text whose pre-tokens are spans of its UTF-8 bytes. */
function encodeScanned(text: string, scan: Scan, { encodeBytes }: Model, ids: number[], limit: number): void {
  const bytes = encodeUtf8(text);
  const end = bytes.length;
  for (let at = 0, to = 0; at < end && ids.length < limit; at = to) {
    to = scan(bytes, at, end);
    encodeBytes!(bytes, at, to, ids);
  }
}

/**
 * The length of the text's head that is examined, and of the tail of its normalized form that is ignored, since it may
 * depend on the cut.
 */
const [headLength, tailLength] = [64, 16];

/**
 * Whether only the first character of a normalized text comes from the first character of the text, judged by its head.
 */
function startsIndependently(text: string, normalized: string, normalizer: Normalizer): boolean {
  if (text.length <= headLength) return false;
  const head = new NormalizedString(text.slice(0, headLength - 1 + unitsAt(text, headLength - 1)), true);
  normalizer(head);
  const certain = head.text.slice(0, -tailLength);
  const second = unitsAt(certain, 0);
  return certain.length > second && normalized.startsWith(certain) && head.start(0) === 0 && head.start(second) > 0;
}
