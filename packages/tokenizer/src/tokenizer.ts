import type { AddedToken } from './added-tokens/added-token.js';
import type { DecoderRun } from './decoders/decoder.js';
import type { Encoding } from './encoding.js';
import { failInput } from './errors.js';
import { describeType } from './formats/json/fields.js';
import type { Model } from './models/model.js';
import { modelWithDropout } from './models/with-dropout.js';
import type { BatchOptions, DecodeOptions, DecodeStream, EncodeOptions } from './options.js';
import { componentTypes, type TokenizerDescription, type TokenizerParts } from './parts.js';
import { checkText, type EncodeInput, encodeBatch } from './pipeline/encode-batch.js';
import { Pipeline } from './pipeline/pipeline.js';
import type { Padding } from './post-processors/padding.js';
import type { Truncation } from './post-processors/truncation.js';

/** Converts text to token ids and back. Made by `tokenizerFromJson` and the readers of other formats. */
export class Tokenizer {
  /** The components and settings that it consists of. */
  readonly parts: TokenizerParts;
  readonly #pipeline: Pipeline;
  readonly #addedIds = new Map<string, number>();
  readonly #added = new Map<number, AddedToken>();

  /** The id of the beginning-of-text token, if the configuration names one. */
  readonly bosTokenId: number | undefined;
  /** The id of the end-of-text token, if the configuration names one. */
  readonly eosTokenId: number | undefined;
  /** The id of the padding token, if the configuration names one. */
  readonly padTokenId: number | undefined;
  /** The id of the unknown token, if the configuration or the model names one. */
  readonly unkTokenId: number | undefined;
  /** The tokenizer of translations, if the model has a separate one: it encodes translations and decodes all ids. */
  readonly target: Tokenizer | undefined;
  /** The number of tokens, including added ones. */
  readonly vocabSize: number;

  constructor(parts: TokenizerParts) {
    this.parts = parts;
    const { addedTokens, model, specialTokenIds } = parts;
    this.target = parts.target;
    for (const token of addedTokens) {
      this.#addedIds.set(token.content, token.id);
      this.#added.set(token.id, token);
    }
    this.#pipeline = new Pipeline(parts);
    this.bosTokenId = specialTokenIds.bos;
    this.eosTokenId = specialTokenIds.eos;
    this.padTokenId = specialTokenIds.pad;
    this.unkTokenId = specialTokenIds.unk ?? model.unknownId;
    const extra = addedTokens.filter(token => model.vocabulary.id(token.content) === undefined);
    this.vocabSize = model.vocabulary.size + extra.length;
  }

  /** The maximum size of its caches in bytes; 0 if it has none. */
  get cacheBytes(): number {
    return this.parts.model.cacheBytes ?? 0;
  }

  /**
   * Describes the tokenizer as plain data: the types of normalizers, pre-tokenizers and model, and the path by which
   * texts become ids.
   */
  describe(): TokenizerDescription {
    return { ...componentTypes(this.parts), encodingPath: this.#pipeline.encodingPath(this.#model()) };
  }

  /**
   * The truncation that its file describes, if any. As in the reference, calls do not truncate unless they ask for it.
   */
  get truncation(): Truncation | undefined {
    return this.parts.truncation;
  }

  /** The padding that its file describes, if any. As in the reference, calls do not pad unless they ask for it. */
  get padding(): Padding | undefined {
    return this.parts.padding;
  }

  /**
   * Encodes a text, or a pair of texts, with special tokens by default. Throws `input` if the text is no string or an
   * option does not fit.
   */
  encode(text: string, { pair, ...options }: EncodeOptions = {}): Encoding {
    return this.encodeBatch([pair === undefined ? text : [text, pair]], options)[0]!;
  }

  /** Encodes several texts or pairs of texts. Padding to `longest` means the longest of these. */
  encodeBatch(texts: readonly EncodeInput[], options: BatchOptions = {}): Encoding[] {
    return encodeBatch(this, this.#pipeline, texts, options);
  }

  /** The number of tokens of a text without special tokens. Stops counting at `limit`. */
  count(text: string, limit = Number.POSITIVE_INFINITY): number {
    if (!(limit >= 0)) failInput(`count: limit must be a number from 0, it is ${limit}`);
    const isLong = checkText(text, 'count').length > limit;
    const counted = isLong ? this.parts.components?.countUpTo?.(this, text, limit) : undefined;
    if (counted !== undefined) return Math.min(limit, counted);
    return Math.min(limit, this.#pipeline.encodeIds(text, limit, this.#model()).length);
  }

  /** The text of ids. Ids without a token are left out, as in the reference. */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    if (this.target) return this.target.decode(ids, options);
    if (typeof ids === 'string' || typeof ids?.[Symbol.iterator] !== 'function') {
      failInput(`decode: ids must be a list of numbers, they are ${describeType(ids)}`);
    }
    const parts: string[] = [];
    const run = this.parts.decoder(text => text !== '' && parts.push(text));
    const { skipSpecialTokens = true } = options;
    for (const id of ids) this.#decodeInto(run, id, skipSpecialTokens);
    run.finish();
    return parts.join('');
  }

  /**
   * Decodes ids that arrive one by one. It never returns text that a later id could change: no half characters, and no
   * leading space that the whole text would not have. All pushes and the flush together equal `decode` of all ids.
   */
  decodeStream(options: DecodeOptions = {}): DecodeStream {
    if (this.target) return this.target.decodeStream(options);
    const { skipSpecialTokens = true } = options;
    let ready = '';
    const run = this.parts.decoder(text => {
      ready += text;
    });
    const takeReady = () => {
      const text = ready;
      ready = '';
      return text;
    };
    return {
      push: id => {
        this.#decodeInto(run, id, skipSpecialTokens);
        return takeReady();
      },
      flush: () => {
        run.finish();
        return takeReady();
      },
    };
  }

  /** The token of an id; undefined if it has none. */
  idToToken(id: number): string | undefined {
    return this.#added.get(id)?.content ?? this.parts.model.vocabulary.token(id);
  }

  /** The id of a token; undefined if it is not in the vocabulary. */
  tokenToId(token: string): number | undefined {
    return this.#addedIds.get(token) ?? this.parts.model.vocabulary.id(token);
  }

  /** Whether decoding leaves out an id by default, because its token is special. */
  isSpecial(id: number): boolean {
    return this.#added.get(id)?.special ?? false;
  }

  #decodeInto(run: DecoderRun, id: number, skipSpecialTokens: boolean): void {
    const token = this.#added.get(id)?.normalizedContent ?? this.idToToken(id);
    if (skipSpecialTokens && this.isSpecial(id)) run.skipSpecialToken?.();
    else if (token !== undefined) run.push(token, true);
  }

  /** The model without options of a call: with the dropout of the file. */
  #model(): Model {
    return modelWithDropout(this.parts.model, {}, 0);
  }
}
