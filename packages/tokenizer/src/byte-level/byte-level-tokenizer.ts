import { type AddedToken, type Finder, readAddedTokens, tokenFinder, withNormalizedContent } from '../added-tokens.js';
import { byteLevel as byteLevelDecoder } from '../decoders/byte-level.js';
import type { Decoder } from '../decoders/decoder.js';
import { failFile } from '../errors.js';
import { type ComponentReader, readComponent } from '../formats/json/components.js';
import { Fields } from '../formats/json/fields.js';
import { parseTokenizerJson } from '../formats/json/parse.js';
import { createByteEncoder } from '../models/bpe/byte-bpe.js';
import { byteTokens, readMerges } from '../models/bpe/read-merges.js';
import { type Vocabulary, vocabularyFromObject } from '../models/vocabulary.js';
import { byteLevel as byteLevelProcessor } from '../post-processors/byte-level.js';
import type { PostProcessor } from '../post-processors/post-processor.js';
import { sequence as sequenceProcessor } from '../post-processors/sequence.js';
import { template } from '../post-processors/template.js';
import { byteLevel } from '../pre-tokenizers/byte-level.js';
import { scanKnownPattern } from '../pre-tokenizers/known-patterns.js';
import { plainScan } from '../pre-tokenizers/plain-scan.js';
import type { PreTokenizer, Scan } from '../pre-tokenizers/pre-tokenizer.js';
import { sequence } from '../pre-tokenizers/sequence.js';
import { encodeUtf8 } from '../text/byte-text.js';
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
  readonly usesNfc: boolean;
  readonly scan: Scan;
  readonly encodeBytes: (bytes: Uint8Array, from: number, to: number, ids: number[]) => void;
  readonly postProcessor: PostProcessor;
  readonly decoder: Decoder;
}

/** Encodes and decodes with byte-level BPE. Made by `byteLevelTokenizer`. */
export class ByteLevelTokenizer {
  readonly #parts: Parts;
  readonly #finders: readonly [raw: Finder, normalized: Finder];
  readonly #added: ReadonlyMap<number, AddedToken>;

  constructor(parts: Parts) {
    this.#parts = parts;
    const finder = (normalized: boolean) =>
      tokenFinder(
        parts.addedTokens
          .filter(token => token.normalized === normalized)
          .map(token => ({ pattern: token.normalizedContent ?? token.content, token })),
      );
    this.#finders = [finder(false), finder(true)];
    this.#added = new Map(parts.addedTokens.map(token => [token.id, token]));
  }

  /** The ids of a text, equal to `encode(text).ids` of the main entry point. */
  encode(text: string, { addSpecialTokens = true }: ByteLevelOptions = {}): number[] {
    const { template } = this.#parts.postProcessor;
    const ids: number[] = [];
    if (!template || !addSpecialTokens) this.#read(text, ids);
    else {
      for (const item of template.single) {
        if ('ids' in item) ids.push(...item.ids);
        else this.#read(text, ids);
      }
    }
    return ids;
  }

  /** The text of ids. Ids without a token are left out. */
  decode(ids: Iterable<number>, { skipSpecialTokens = true }: ByteLevelOptions = {}): string {
    const { vocabulary, decoder } = this.#parts;
    let text = '';
    const run = decoder(part => {
      text += part;
    });
    for (const id of ids) {
      const added = this.#added.get(id);
      if (added?.special && skipSpecialTokens) continue;
      const token = added?.normalizedContent ?? added?.content ?? vocabulary.token(id);
      if (token !== undefined) run.push(token, true);
    }
    run.finish();
    return text;
  }

  #normal(text: string): string {
    return this.#parts.usesNfc ? normalForm(text, 'NFC') : text;
  }

  #read(text: string, ids: number[]): void {
    const { scan, encodeBytes } = this.#parts;
    const [raw, normalized] = this.#finders;
    raw(text, (id, from, to) => {
      if (id !== -1) return ids.push(id);
      const part = this.#normal(text.slice(from, to));
      normalized(part, (innerId, innerFrom, innerTo) => {
        if (innerId !== -1) return ids.push(innerId);
        const bytes = encodeUtf8(part.slice(innerFrom, innerTo));
        for (let at = 0, end = 0; at < bytes.length; at = end) {
          end = scan(bytes, at, bytes.length);
          encodeBytes(bytes, at, end, ids);
        }
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
  const affix = (name: string) => (model.has(name) ? model.string(name) : '');
  const tokens = byteTokens(vocabulary, {
    prefix: affix('continuing_subword_prefix'),
    suffix: affix('end_of_word_suffix'),
  });
  if (!tokens || (model.has('dropout') && model.raw('dropout') !== 0)) {
    return failFile('model is not a plain byte-level BPE; tokenizerFromJson may read it');
  }
  const merges = readMerges(model, vocabulary, '');
  const stages = file.has('pre_tokenizer')
    ? readComponent<PreTokenizer>('pre_tokenizer', preTokenizers, file.raw('pre_tokenizer'), 'pre_tokenizer')
    : [];
  const scan = plainScan(stages);
  if (!scan) return failFile('pre_tokenizer does more than split by a known pattern; tokenizerFromJson may read it');
  if (file.has('normalizer')) file.object('normalizer').choice('type', ['NFC']);
  const processors = { ByteLevel: byteLevelProcessor, Sequence: sequenceProcessor, TemplateProcessing: template };
  return new ByteLevelTokenizer({
    vocabulary,
    addedTokens: withNormalizedContent(
      readAddedTokens(file.raw('added_tokens'), vocabulary),
      file.has('normalizer') ? text => normalForm(text, 'NFC') : undefined,
    ),
    usesNfc: file.has('normalizer'),
    scan,
    encodeBytes: createByteEncoder(vocabulary, tokens, merges, model.boolean('ignore_merges', false)).encodeBytes,
    postProcessor: file.has('post_processor')
      ? readComponent<PostProcessor>('post_processor', processors, file.raw('post_processor'), 'post_processor')
      : {},
    decoder: readComponent<Decoder>('decoder', { ByteLevel: byteLevelDecoder }, file.raw('decoder'), 'decoder'),
  });
}

/** Reads a split whose pattern has a hand-written scan. */
const knownSplit: ComponentReader<PreTokenizer> = fields => {
  fields.choice('behavior', ['Isolated']);
  const pattern = fields.object('pattern').string('Regex');
  const scan = scanKnownPattern(pattern);
  return scan ? [{ scan }] : failFile(`${fields.path('pattern')} is not a known pattern; tokenizerFromJson reads it`);
};
const preTokenizers = { ByteLevel: byteLevel, Sequence: sequence, Split: knownSplit };
