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

/** The parts of a tokenizer, in the order in which a text passes through them. */
export interface TokenizerParts extends PipelineParts {
  /** Puts special tokens around the others. */
  readonly postProcessor: PostProcessor;
  /** Makes a text of tokens. */
  readonly decoder: Decoder;
  /** What is cut off of long texts; undefined where nothing is. */
  readonly truncation: Truncation | undefined;
  /** What short texts are filled up with; undefined where nothing is. */
  readonly padding: Padding | undefined;
  /**
   * What its `tokenizer.json` says, without the tables of the model; or what one would have to say, tables too, worked
   * out when asked for. Undefined if there is none that describes it.
   */
  readonly file?: Json | (() => Json);
  /** The types of its components, if they are not in `file`. */
  readonly types?: ComponentTypes;
  /** Where it certainly cuts a text, if that is known without a file. */
  readonly boundary?: Boundary;
  /** Counts the tokens of a long text chunk by chunk; undefined where it cannot. */
  readonly countUpTo?: ComponentRegistry['countUpTo'];
  /** The tokenizer of the language into which a model translates, where it has another one for that. */
  readonly target?: Tokenizer | undefined;
  /** Ids of the tokens that have a role, where the configuration names them. */
  readonly specialTokenIds: {
    /** Begins a text. */
    readonly bos?: number;
    /** Ends a text. */
    readonly eos?: number;
    /** Fills texts of a batch up. */
    readonly pad?: number;
    /** Stands for what the vocabulary does not have. */
    readonly unk?: number;
  };
}

/** How texts are encoded. */
export interface BatchOptions {
  /** Whether to put the special tokens of the post-processor around the text. Default true. */
  readonly addSpecialTokens?: boolean;
  /** Where to cut: default nowhere, also where the file has a {@link Tokenizer.truncation}, which may be given here. */
  readonly truncation?: Truncation | null | undefined;
  /**
   * What to pad to: default no padding, also where the file has a {@link Tokenizer.padding}, which may be given here.
   */
  readonly padding?: Padding | null | undefined;
  /**
   * The share of the merges of a byte-pair encoding that are left out at random, 0 to 1. Default: as the file says,
   * mostly 0.
   */
  readonly dropout?: number;
  /** Which merges dropout leaves out: the same ones for the same seed. Default 0. */
  readonly seed?: number;
}

/** How a text is encoded. */
export interface EncodeOptions extends BatchOptions {
  /** A second text, as for sentence pairs. */
  readonly pair?: string;
}

/** How ids are decoded. */
export interface DecodeOptions {
  /** Whether to leave special tokens out. Default true. */
  readonly skipSpecialTokens?: boolean;
}

/** Text from ids that come one by one; see {@link Tokenizer.decodeStream}. */
export interface DecodeStream {
  /** Takes the next id; returns the text that is certain by now, perhaps none. */
  push(id: number): string;
  /** Ends the stream; returns what was held back. */
  flush(): string;
}

/** Text to token ids and back. Made by `tokenizerFromJson`. */
export class Tokenizer {
  /** What it is made of. */
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
  /**
   * The tokenizer of the language into which the model translates, where it has another one for that: it encodes
   * translations, and all ids are decoded by it.
   */
  readonly target: Tokenizer | undefined;
  /** How many tokens there are, added ones included. */
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

  /** How many bytes the pieces that it remembers may take; 0 where it remembers none. */
  get cacheBytes(): number {
    return this.parts.model.cacheBytes ?? 0;
  }

  /**
   * What it is made of, as plain data: the types of normalizers, pre-tokenizers and model, and by which path texts
   * become ids.
   */
  describe(): TokenizerDescription {
    return { ...componentTypes(this.parts), encodingPath: this.#pipeline.encodingPath(this.#modelFor({}, 0)) };
  }

  /** The truncation that its file describes, if any. Calls do not cut unless they are told to, as in the reference. */
  get truncation(): Truncation | undefined {
    return this.parts.truncation;
  }

  /** The padding that its file describes, if any. Calls do not pad unless they are told to, as in the reference. */
  get padding(): Padding | undefined {
    return this.parts.padding;
  }

  /** The tokens of a text (and of a second one), special tokens included unless told otherwise. */
  encode(text: string, { pair, ...options }: EncodeOptions = {}): Encoding {
    return this.encodeBatch([pair === undefined ? text : [text, pair]], options)[0]!;
  }

  /** The tokens of several texts or pairs of texts; padding to the longest is to the longest of these. */
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

  /** How many tokens a text has, special ones not counted. Stops counting at `limit`. */
  count(text: string, limit = Number.POSITIVE_INFINITY): number {
    if (!(limit >= 0)) failInput(`count: limit must be a number from 0, it is ${limit}`);
    const isLong = checkText(text, 'count').length > limit;
    const counted = isLong ? this.parts.countUpTo?.(this, text, limit) : undefined;
    if (counted !== undefined) return Math.min(limit, counted);
    return Math.min(limit, this.#pipeline.encodeIds(text, limit, this.#modelFor({}, 0)).length);
  }

  /** The text of ids. Ids that no token has are left out, as the reference does. */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    if (this.target) return this.target.decode(ids, options);
    if (typeof ids === 'string' || typeof ids?.[Symbol.iterator] !== 'function') {
      failInput(`decode: ids must be a list of numbers, they are ${describeType(ids)}`);
    }
    const pieces: string[] = [];
    const run = this.parts.decoder(text => text !== '' && pieces.push(text));
    const { skipSpecialTokens = true } = options;
    for (const id of ids) this.#decodeInto(run, id, skipSpecialTokens);
    run.finish();
    return pieces.join('');
  }

  /**
   * Decodes ids that come one by one. Nothing is handed out that a later id could still change: no half character, no
   * leading space that the whole would not have. All pushes and the flush together equal `decode` of all ids.
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

  /** The token of an id; undefined if there is none. */
  idToToken(id: number): string | undefined {
    return this.#added.get(id)?.content ?? this.parts.model.vocabulary.token(id);
  }

  /** The id of a token; undefined if there is none. */
  tokenToId(token: string): number | undefined {
    return this.#addedIds.get(token) ?? this.parts.model.vocabulary.id(token);
  }

  /** Whether decoding without special tokens leaves an id out. */
  isSpecial(id: number): boolean {
    return this.#added.get(id)?.special ?? false;
  }

  #decodeInto(run: DecoderRun, id: number, skipSpecialTokens: boolean): void {
    const token = this.#added.get(id)?.normalizedContent ?? this.idToToken(id);
    if (skipSpecialTokens && this.isSpecial(id)) run.skipSpecialToken?.();
    else if (token !== undefined) run.push(token, true);
  }

  /** The model for one text of a call; with dropout a new one each time, which leaves out the same merges. */
  #modelFor({ dropout, seed = 0 }: BatchOptions, sequenceIndex: number): Model {
    const { model } = this.parts;
    const rate = dropout ?? model.dropout ?? 0;
    if (!(rate >= 0 && rate <= 1)) failInput(`encode: dropout must be from 0 to 1, it is ${rate}`);
    if (rate === 0) return model;
    return (
      model.withDropout?.(rate, seed + sequenceIndex * 0x632be5ab) ??
      failInput(`encode: dropout ${rate} is of byte-pair encodings, and this model cannot leave out merges`)
    );
  }

  /** The parts of an encoding and of what overflows it, and what they need to work out the rest. */
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
  /** The encoding first, then what overflows. */
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
