import { type AddedToken, readAddedTokens, withNormalizedContent } from '../added-tokens/added-token.js';
import { type Finder, tokenFinders } from '../added-tokens/token-finder.js';
import { byteLevelDecoder } from '../decoders/byte-level.js';
import { failFile } from '../errors.js';
import { type Component, readComponent } from '../formats/json/components.js';
import { Fields } from '../formats/json/fields.js';
import { parseTokenizerJson } from '../formats/json/parse.js';
import { createByteEncoder } from '../models/bpe/byte-bpe.js';
import { byteTokens, readMerges } from '../models/bpe/read-merges.js';
import { type Vocabulary, vocabularyFromObject } from '../models/vocabulary.js';
import { byteLevel as byteLevelProcessor } from '../post-processors/byte-level.js';
import type { PostProcessor } from '../post-processors/post-processor.js';
import { sequence as sequenceProcessor } from '../post-processors/sequence.js';
import { readTemplate } from '../post-processors/template.js';
import { byteLevelFields, readByteLevel } from '../pre-tokenizers/byte-level.js';
import { scanKnownPattern } from '../pre-tokenizers/known-patterns.js';
import { encodeByScan, plainScan } from '../pre-tokenizers/plain-scan.js';
import type { PreTokenizer, Scan } from '../pre-tokenizers/pre-tokenizer.js';
import { sequence } from '../pre-tokenizers/sequence.js';
import { normalForm } from '../text/normal-form.js';

/** Options of a call. */
export interface ByteLevelOptions {
  /** Whether to put the special tokens of the post-processor around a text. Default true. */
  readonly addSpecialTokens?: boolean;
  /** Whether to leave special tokens out when decoding. Default true. */
  readonly skipSpecialTokens?: boolean;
}

interface Parts {
  readonly vocabulary: Vocabulary;
  readonly addedTokens: readonly AddedToken[];
  readonly normalOf: ((text: string) => string) | undefined;
  readonly scan: Scan;
  readonly encodeBytes: (bytes: Uint8Array, from: number, to: number, ids: number[]) => void;
  readonly postProcessor: PostProcessor;
}

/** Encodes and decodes with byte-level BPE. Made by `byteLevelTokenizer`. */
export class ByteLevelTokenizer {
  readonly #parts: Parts;
  readonly #finders: readonly [raw: Finder, normalized: Finder];
  readonly #added: ReadonlyMap<number, AddedToken>;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#finders = tokenFinders(parts.addedTokens);
    this.#added = new Map(parts.addedTokens.map(token => [token.id, token]));
  }

  /** The ids of a text, equal to `encode(text).ids` of the main entry point. */
  encode(text: string, { addSpecialTokens = true }: ByteLevelOptions = {}): number[] {
    const { template } = this.#parts.postProcessor;
    const ids: number[] = [];
    for (const item of template?.single ?? [{ sequence: 0 }]) {
      if (!('ids' in item)) this.#read(text, ids);
      else if (addSpecialTokens) ids.push(...item.ids);
    }
    return ids;
  }

  /** The text of ids. Ids without a token are left out. */
  decode(ids: Iterable<number>, { skipSpecialTokens = true }: ByteLevelOptions = {}): string {
    let text = '';
    const run = byteLevelDecoder(part => {
      text += part;
    });
    for (const id of ids) {
      const added = this.#added.get(id);
      if (added?.special && skipSpecialTokens) continue;
      const token = added?.normalizedContent ?? added?.content ?? this.#parts.vocabulary.token(id);
      if (token !== undefined) run.push(token, true);
    }
    run.finish();
    return text;
  }

  #read(text: string, ids: number[]): void {
    const { normalOf = same, scan, encodeBytes } = this.#parts;
    const [raw, normalized] = this.#finders;
    raw(text, (id, from, to) => {
      if (id !== -1) return ids.push(id);
      const part = normalOf(text.slice(from, to));
      normalized(part, (innerId, innerFrom, innerTo) => {
        if (innerId !== -1) return ids.push(innerId);
        encodeByScan(part.slice(innerFrom, innerTo), scan, encodeBytes, ids);
      });
    });
  }
}

/**
 * Creates a tokenizer from the `tokenizer.json` of a byte-level BPE (text or parsed) with the split pattern of GPT-2,
 * Llama 3, Qwen, cl100k or o200k. It gives ids only, in a small bundle. Files of other kinds are errors;
 * `tokenizerFromJson` reads them.
 */
export function byteLevelTokenizer(json: object | string): ByteLevelTokenizer {
  const file = new Fields(typeof json === 'string' ? parseTokenizerJson(json) : json, '');
  const model = file.object('model');
  if (model.has('type')) model.choice('type', ['BPE']);
  const vocabulary = vocabularyFromObject(model.raw('vocab'), 'model.vocab');
  const tokens = byteTokens(vocabulary, {
    prefix: model.string('continuing_subword_prefix', ''),
    suffix: model.string('end_of_word_suffix', ''),
  });
  if (!tokens || (model.raw('dropout') ?? 0) !== 0) {
    return failFile('model is not a plain byte-level BPE; tokenizerFromJson may read it');
  }
  const merges = readMerges(model, vocabulary, '');
  const read = <T>(kind: string, components: readonly Component<T>[], absent: T) =>
    file.has(kind) ? readComponent(kind, components, file.raw(kind), kind) : absent;
  const scan = plainScan(read('pre_tokenizer', preTokenizers, []));
  if (!scan) return failFile('pre_tokenizer does more than split by a known pattern; tokenizerFromJson may read it');
  const normalOf = file.has('normalizer') ? readNormalizer(file.object('normalizer')) : undefined;
  file.object('decoder').choice('type', ['ByteLevel']);
  return new ByteLevelTokenizer({
    vocabulary,
    addedTokens: withNormalizedContent(readAddedTokens(file.raw('added_tokens'), vocabulary), normalOf),
    normalOf,
    scan,
    encodeBytes: createByteEncoder(vocabulary, tokens, merges, model.boolean('ignore_merges', false)).encodeBytes,
    postProcessor: read('post_processor', postProcessors, {}),
  });
}

const same = (text: string) => text;

function readNormalizer(fields: Fields): (text: string) => string {
  const form = fields.choice('type', ['NFC']);
  return text => normalForm(text, form);
}

/** A split whose pattern has a hand-written scan. */
const knownSplit: Component<PreTokenizer> = {
  type: 'Split',
  fromJson: fields => {
    fields.choice('behavior', ['Isolated']);
    const scan = scanKnownPattern(fields.object('pattern').string('Regex'));
    return scan ? [{ scan }] : failFile(`${fields.path('pattern')} is not a known pattern; tokenizerFromJson reads it`);
  },
};

const byteLevel: Component<PreTokenizer> = { type: 'ByteLevel', fields: byteLevelFields, fromJson: readByteLevel };
const preTokenizers = [byteLevel, sequence, knownSplit];

/** The template without what saves it. */
const template: Component<PostProcessor> = { type: 'TemplateProcessing', fromJson: readTemplate };

const postProcessors = [byteLevelProcessor, sequenceProcessor, template];
