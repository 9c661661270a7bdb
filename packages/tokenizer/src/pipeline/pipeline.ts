import { type AddedToken, withNormalizedContent } from '../added-tokens/added-token.js';
import { type Finder, isSearched, tokenFinders } from '../added-tokens/token-finder.js';
import type { TokenOffsets } from '../encoding.js';
import type { Model } from '../models/model.js';
import { type Normalizer, normalizeText } from '../normalizers/normalizer.js';
import type { PreTokenizer } from '../pre-tokenizers/pre-tokenizer.js';
import { runPreTokenizer } from '../pre-tokenizers/run-pre-tokenizer.js';
import { NormalizedString } from '../text/normalized-string.js';
import { OffsetTracker } from '../text/offset-tracker.js';
import { toWellFormed, unitsAt } from '../text/unicode.js';
import { type EncodingPath, type PartEncoder, partEncoders } from './encoding-path.js';

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

/** Runs the components on a text: once for ids only, and once more to track the offsets of tokens. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #rawFinder: Finder;
  readonly #normalizedFinder: Finder;
  readonly #encoders: readonly PartEncoder[];
  readonly #needsOrigin: boolean;
  /** Whether a stage needs the original offsets of pre-tokens after another stage has rewritten them. */
  readonly #needsOffsets: boolean;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const { normalizer, preTokenizer } = parts;
    const normalOf = normalizer && ((text: string) => normalizeText(text, normalizer));
    const tokens = withNormalizedContent(parts.addedTokens, normalOf);
    [this.#rawFinder, this.#normalizedFinder] = tokenFinders(tokens);
    this.#encoders = partEncoders(
      normalizer,
      preTokenizer,
      tokens.some(token => token.normalized && isSearched(token)),
    );
    this.#needsOrigin = preTokenizer.some(stage => stage.needsOrigin);
    const firstRewrite = preTokenizer.findIndex(stage => stage.rewrite || stage.asBytes);
    this.#needsOffsets = preTokenizer.some((stage, index) => stage.needsOrigin && index > firstRewrite);
  }

  /** The path by which a model's ids are found: the fastest that the components and the model allow. */
  encodingPath(model: Model = this.#parts.model): EncodingPath {
    return this.#encoders.find(encoder => encoder.accepts(model))!.path;
  }

  /** The ids of a text. Stops after the pre-token with which there are `limit` ids. */
  encodeIds(
    text: string,
    limit = Number.POSITIVE_INFINITY,
    model: Model = this.#parts.model,
    path = this.encodingPath(model),
  ): number[] {
    const encoder = this.#encoders.find(each => each.path === path)!;
    const ids: number[] = [];
    this.#splitAtAddedTokens(
      text,
      this.#needsOffsets,
      encoder.normalizes ? undefined : this.#parts.normalizer,
      id => ids.length < limit && ids.push(id),
      part => ids.length < limit && encoder.encode(part, model, ids, limit),
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

  /** Splits a text at added tokens. They go to `onToken`, the normalized text between them to `onPart`. */
  #splitAtAddedTokens(
    text: string,
    tracked: boolean,
    normalizer: Normalizer | undefined,
    onToken: (id: number, at: NormalizedString) => unknown,
    onPart: (part: NormalizedString) => unknown,
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
