import type { AddedToken } from '../../added-tokens/added-token.js';
import { byteLevelDecoder } from '../../decoders/byte-level.js';
import { failFile, failInput } from '../../errors.js';
import { bpeModel } from '../../models/bpe/bpe.js';
import { scanCl100k, scanGpt2, scanKnownPattern } from '../../pre-tokenizers/known-patterns.js';
import type { Scan } from '../../pre-tokenizers/pre-tokenizer.js';
import { splitAtMatches } from '../../pre-tokenizers/split.js';
import { fancyRegex } from '../../regex/dialect.js';
import { regexMatcher } from '../../text/pattern.js';
import { Tokenizer } from '../../tokenizer.js';
import { type TiktokenEncoding, type TiktokenName, tiktokenEncodings } from './encodings.js';
import { mergesOfRanks, readRanks } from './rank-file.js';
import { ranksToJson } from './to-json.js';

/** What is known about the rank file. */
export interface TiktokenOptions {
  /** The vocabulary, or its pattern and special tokens. Default: detected by the number of ranks. */
  readonly encoding?: TiktokenName | Pick<TiktokenEncoding, 'pattern' | 'specialTokens'>;
  /** Whether special tokens in a text are found; otherwise they are ordinary text. Default false. */
  readonly findSpecialTokens?: boolean;
}

/**
 * Creates a tokenizer from a tiktoken rank file (lines of base64 and rank), with the ids of that library. Tokens are
 * shown in the byte alphabet of GPT-2, `Ġthe`. Nothing is added around a text.
 */
export function tiktokenTokenizer(file: string | Uint8Array, options: TiktokenOptions = {}): Tokenizer {
  const vocabulary = readRanks(typeof file === 'string' ? file : new TextDecoder().decode(file));
  const { pattern, specialTokens } = encodingOf(options.encoding ?? encodingNameOf(vocabulary.size));
  const addedTokens = Object.entries(specialTokens).map(([content, id]): AddedToken => {
    const holder = vocabulary.token(id);
    if (holder !== undefined)
      failFile(`the special token ${content} has id ${id}, which the rank file gives to "${holder}"`);
    return {
      id,
      content,
      singleWord: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
      inText: options.findSpecialTokens ?? false,
    };
  });
  const scan = scanOfPattern(pattern);
  const merges = mergesOfRanks(vocabulary);
  const rules = { prefix: '', suffix: '', unknownId: undefined, fuseUnknown: false, byteFallback: false };
  return new Tokenizer({
    addedTokens,
    normalizer: undefined,
    preTokenizer: [
      scan
        ? { scan, asBytes: true }
        : { split: splitAtMatches(regexMatcher(pattern, 'encoding.pattern', fancyRegex), 'Isolated'), asBytes: true },
    ],
    model: bpeModel(vocabulary, merges, rules, true),
    postProcessor: {},
    decoder: byteLevelDecoder,
    truncation: undefined,
    padding: undefined,
    specialTokenIds: {},
    types: { normalizer: [], preTokenizer: ['Split', 'ByteLevel'], model: 'BPE' },
    file: () => ranksToJson(vocabulary, merges, pattern, specialTokens),
    ...(scan && { boundary: 'lines' }),
  });
}

/** The hand-written scan for a pattern of tiktoken; undefined for any other pattern. */
export function scanOfPattern(pattern: string): Scan | undefined {
  if (pattern === tiktokenEncodings.r50k_base.pattern) return scanGpt2;
  return pattern === tiktokenEncodings.cl100k_base.pattern ? scanCl100k(3, true) : scanKnownPattern(pattern);
}

const encodingNames = () => Object.keys(tiktokenEncodings).join(', ');

function encodingOf(
  encoding: NonNullable<TiktokenOptions['encoding']>,
): Pick<TiktokenEncoding, 'pattern' | 'specialTokens'> {
  if (typeof encoding !== 'string') return encoding;
  if (Object.hasOwn(tiktokenEncodings, encoding)) return tiktokenEncodings[encoding];
  return failInput(`tiktokenTokenizer: encoding "${encoding}" is unknown; known are ${encodingNames()}`);
}

function encodingNameOf(ranks: number): TiktokenName {
  const names = Object.keys(tiktokenEncodings) as TiktokenName[];
  const match = names.find(name => tiktokenEncodings[name].ranks === ranks);
  return (
    match ??
    failFile(
      `a rank file of ${ranks} ranks matches none of the known vocabularies (${encodingNames()}); its encoding ` +
        'must be given',
    )
  );
}
