import { type AddedToken, type Finder, tokenFinder } from './added-tokens.js';
import { AlignedText } from './aligned-text.js';
import type { Trace } from './encoding.js';
import type { Model } from './models/model.js';
import type { Normalizer } from './normalizers/normalizer.js';
import type { PreTokenizer } from './pre-tokenizers/pre-tokenizer.js';
import { runStages } from './pre-tokenizers/run.js';
import { Tracer } from './tracer.js';
import { wellFormed } from './unicode.js';

/** What a text passes through on its way to ids, in this order. */
export interface PipelineParts {
  readonly addedTokens: readonly AddedToken[];
  readonly normalizer: Normalizer | undefined;
  readonly preTokenizer: PreTokenizer;
  readonly model: Model;
}

/** Takes texts apart: quickly for their ids alone, again and with care for where each token comes from. */
export class Pipeline {
  readonly #parts: PipelineParts;
  readonly #rawFinder: Finder;
  readonly #normalizedFinder: Finder;

  constructor(parts: PipelineParts) {
    this.#parts = parts;
    const normalized = (content: string) => {
      const text = new AlignedText(content, false);
      parts.normalizer?.(text);
      return text.text;
    };
    const found = parts.addedTokens.filter(token => token.inText !== false);
    const raw = found.filter(token => !token.normalized);
    const later = found.filter(token => token.normalized);
    this.#rawFinder = tokenFinder(raw.map(token => ({ pattern: token.content, token })));
    this.#normalizedFinder = tokenFinder(later.map(token => ({ pattern: normalized(token.content), token })));
  }

  /** The ids of a text; stops after the piece with which there are `limit` of them. */
  ids(text: string, limit = Number.POSITIVE_INFINITY): number[] {
    const { model } = this.#parts;
    const ids: number[] = [];
    this.#walk(
      text,
      false,
      id => ids.length < limit && ids.push(id),
      (piece, cuts, bytes) => {
        for (let index = 0; index < cuts.length && ids.length < limit; index += 2) {
          model.tokenize(piece.text, cuts[index]!, cuts[index + 1]!, bytes, ids);
        }
      },
    );
    return ids;
  }

  /** Where the tokens of a text come from. */
  trace(text: string): Trace {
    const { model } = this.#parts;
    const tracer = new Tracer(text, model);
    this.#walk(
      text,
      true,
      (id, piece) => tracer.addToken(id, piece),
      (piece, cuts, bytes) => {
        for (let index = 0; index < cuts.length; index += 2) {
          tracer.addPiece(piece, cuts[index]!, cuts[index + 1]!, bytes);
        }
      },
    );
    return tracer;
  }

  /** Takes a text apart: added tokens go to `onToken`, everything else in pieces to `onPieces`. */
  #walk(
    text: string,
    tracked: boolean,
    onToken: (id: number, at: AlignedText) => void,
    onPieces: (piece: AlignedText, cuts: readonly number[], bytes: boolean) => void,
  ): void {
    const { normalizer, preTokenizer, model } = this.#parts;
    const whole = wellFormed(text);
    this.#rawFinder(whole, (id, from, to) => {
      const part = new AlignedText(whole.slice(from, to), tracked, from);
      if (id !== -1) return onToken(id, part);
      normalizer?.(part);
      this.#normalizedFinder(part.text, (innerId, innerFrom, innerTo) => {
        const inner = part.slice(innerFrom, innerTo);
        if (innerId !== -1) return onToken(innerId, inner);
        const pieces = runStages(preTokenizer, inner, model.readsBytes);
        onPieces(pieces.text, pieces.cuts, pieces.bytes);
      });
    });
  }
}
