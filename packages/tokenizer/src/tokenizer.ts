import type { AddedToken } from './added-tokens.js';
import type { Decoder, DecoderRun } from './decoders/decoder.js';
import { type ComponentTypes, componentTypes, type TokenizerDescription } from './description.js';
import { Encoding, type EncodingSource, type TokenOffsets, type TokenSpan } from './encoding.js';
import { failInput } from './errors.js';
import type { ComponentRegistry } from './formats/json/components.js';
import { describeType, type Json } from './formats/json/fields.js';
import type { Model } from './models/model.js';
import { Pipeline, type PipelineParts } from './pipeline.js';
import { applyTemplate, numSpecialTokensToAdd } from './post-processors/apply-template.js';
import { type Padding, pad, paddedLength } from './post-processors/padding.js';
import type { PostProcessor } from './post-processors/post-processor.js';
import { trimOffsets } from './post-processors/trim-offsets.js';
import { type Truncation, truncate } from './post-processors/truncation.js';
import type { Boundary } from './streaming/boundary.js';

/** The components and settings of a tokenizer, in the order in which a text passes through them. */
export interface TokenizerParts extends PipelineParts {
  /** Adds special tokens around the others. */
  readonly postProcessor: PostProcessor;
  /** Turns tokens into text. */
  readonly decoder: Decoder;
  /** The truncation of the file; undefined if it has none. */
  readonly truncation: Truncation | undefined;
  /** The padding of the file; undefined if it has none. */
  readonly padding: Padding | undefined;
  /**
   * The content of its `tokenizer.json` without the tables of the model, or a function that creates such a content with
   * the tables. Undefined if no `tokenizer.json` describes it.
   */
  readonly file?: Json | (() => Json);
  /** The types of its components, if they are not in `file`. */
  readonly types?: ComponentTypes;
  /** Where it certainly splits a text, if that is known without a file. */
  readonly boundary?: Boundary;
  /** Counts the tokens of a long text chunk by chunk; undefined if that is not possible. */
  readonly countUpTo?: ComponentRegistry['countUpTo'];
  /** The tokenizer of translations, if the model has a separate one. */
  readonly target?: Tokenizer | undefined;
  /** The ids of special tokens, if the configuration names them. */
  readonly specialTokenIds: {
    /** Starts a text. */
    readonly bos?: number;
    /** Ends a text. */
    readonly eos?: number;
    /** Pads texts of a batch. */
    readonly pad?: number;
    /** Stands for text that the vocabulary does not cover. */
    readonly unk?: number;
  };
}

/** Options of {@link Tokenizer.encodeBatch}. */
export interface BatchOptions {
  /** Whether to add the special tokens of the post-processor around the text. Default true. */
  readonly addSpecialTokens?: boolean;
  /** The truncation. Default: none, even if the file has a {@link Tokenizer.truncation}, which can be passed here. */
  readonly truncation?: Truncation | null | undefined;
  /** The padding. Default: none, even if the file has a {@link Tokenizer.padding}, which can be passed here. */
  readonly padding?: Padding | null | undefined;
  /**
   * The share of the merges of a byte-pair encoding that are dropped at random, 0 to 1. Default: that of the file,
   * usually 0.
   */
  readonly dropout?: number;
  /** The seed of dropout: the same seed drops the same merges. Default 0. */
  readonly seed?: number;
}

/** Options of {@link Tokenizer.encode}. */
export interface EncodeOptions extends BatchOptions {
  /** A second text, for sentence pairs. */
  readonly pair?: string;
}

/** Options of decoding. */
export interface DecodeOptions {
  /** Whether to leave out special tokens. Default true. */
  readonly skipSpecialTokens?: boolean;
}

/** Decodes ids that arrive one by one; see {@link Tokenizer.decodeStream}. */
export interface DecodeStream {
  /** Takes the next id and returns the text that is certain so far, perhaps none. */
  push(id: number): string;
  /** Ends the stream and returns the text that was held back. */
  flush(): string;
}

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
    return { ...componentTypes(this.parts), encodingPath: this.#pipeline.encodingPath(this.#modelFor({}, 0)) };
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
  encodeBatch(
    texts: readonly (string | readonly [text: string, pair: string])[],
    options: BatchOptions = {},
  ): Encoding[] {
    const { truncation, padding } = options;
    if (!Array.isArray(texts)) failInput(`encodeBatch: texts must be an array, they are ${describeType(texts)}`);
    const drafts = texts.map((entry, index) => {
      const sequences = Array.isArray(entry) ? entry.map(checkEncodeInput) : [checkEncodeInput(entry)];
      if (Array.isArray(entry) && entry.length !== 2) {
        failInput(`encodeBatch: an entry is a text or a pair of texts, entry ${index} holds ${entry.length}`);
      }
      const modelOf = (sequence: number) => this.#modelFor(options, 2 * index + sequence);
      return this.#draft(sequences, truncation ?? undefined, options.addSpecialTokens ?? true, modelOf);
    });
    if (!padding) return drafts.map(({ spans, source }) => encodingOf(spans, source));
    const longest = drafts.reduce((most, { spans }) => Math.max(most, tokenCount(spans[0]!)), 0);
    const length = paddedLength(padding, longest);
    const filled = { ...padding, id: padding.id ?? this.padTokenId ?? 0 };
    return drafts.map(({ spans, source }) =>
      encodingOf(
        spans.map(parts => pad(parts, filled, length)),
        source,
      ),
    );
  }

  /** The number of tokens of a text without special tokens. Stops counting at `limit`. */
  count(text: string, limit = Number.POSITIVE_INFINITY): number {
    if (!(limit >= 0)) failInput(`count: limit must be a number from 0, it is ${limit}`);
    const isLong = checkText(text, 'count').length > limit;
    const counted = isLong ? this.parts.countUpTo?.(this, text, limit) : undefined;
    if (counted !== undefined) return Math.min(limit, counted);
    return Math.min(limit, this.#pipeline.encodeIds(text, limit, this.#modelFor({}, 0)).length);
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

  /**
   * The model for one text of a call. With dropout it is a new one for each text, deterministic for the seed and the
   * index.
   */
  #modelFor({ dropout, seed = 0 }: BatchOptions, sequenceIndex: number): Model {
    const { model } = this.parts;
    const rate = dropout ?? model.dropout ?? 0;
    if (!(rate >= 0 && rate <= 1)) failInput(`encode: dropout must be from 0 to 1, it is ${rate}`);
    if (rate === 0) return model;
    return (
      model.withDropout?.(rate, seed + sequenceIndex * 0x632be5ab) ??
      failInput(`encode: dropout ${rate} needs a byte-pair encoding; this model has no merges to leave out`)
    );
  }

  /**
   * Encodes the texts and applies truncation and template: the spans of the encoding and of what overflows, and the
   * source of all other properties.
   */
  #draft(
    texts: readonly string[],
    truncation: Truncation | undefined,
    addSpecialTokens: boolean,
    modelOf: (sequence: number) => Model,
  ): Draft {
    const { postProcessor } = this.parts;
    const limit = truncation?.stopEarly && truncation.direction !== 'left' ? truncation.maxLength : undefined;
    const ids = texts.map((text, sequence) => this.#pipeline.encodeIds(text, limit, modelOf(sequence)));
    const added = addSpecialTokens ? numSpecialTokensToAdd(postProcessor, texts.length > 1) : 0;
    const windows = truncation ? truncate(ids, truncation, added) : ids.map(all => [{ from: 0, ids: all }]);
    const traces: (TokenOffsets | undefined)[] = [];
    const { trimOffsets: trim } = postProcessor;
    return {
      spans: applyTemplate(postProcessor, windows, addSpecialTokens),
      source: {
        token: id => this.idToToken(id) ?? '',
        tokenOffsets: sequence =>
          (traces[sequence] ??= this.#pipeline.trackOffsets(texts[sequence]!, modelOf(sequence))),
        ...(trim && { trim: (tokens, offsets, text) => trimOffsets(tokens, offsets, text, trim.addPrefixSpace) }),
      },
    };
  }
}

interface Draft {
  /** The spans of the encoding, then those of what overflows. */
  readonly spans: readonly (readonly TokenSpan[])[];
  readonly source: EncodingSource;
}

function encodingOf([main, ...overflowing]: readonly (readonly TokenSpan[])[], source: EncodingSource): Encoding {
  return new Encoding(
    main!,
    source,
    overflowing.map(parts => new Encoding(parts, source)),
  );
}

const tokenCount = (parts: readonly TokenSpan[]) => parts.reduce((count, part) => count + part.ids.length, 0);

const checkEncodeInput = (text: unknown) => checkText(text, 'encode');

function checkText(text: unknown, name: string): string {
  if (typeof text === 'string') return text;
  return failInput(`${name}: text must be a string, it is ${text === null ? 'null' : `a ${typeof text}`}`);
}
