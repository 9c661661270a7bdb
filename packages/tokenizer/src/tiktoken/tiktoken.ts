import type { AddedToken } from '../added-tokens.js';
import { byteLevelDecoder } from '../decoders/byte-level.js';
import { failFile, failInput } from '../errors.js';
import { bpeModel } from '../models/bpe.js';
import { regexMatcher } from '../pattern.js';
import { scanCl100k, scanGpt2, scanKnownPattern } from '../pre-tokenizers/known-patterns.js';
import type { Scan } from '../pre-tokenizers/pre-tokenizer.js';
import { cutAtMatches } from '../pre-tokenizers/split.js';
import { fancyRegex } from '../regex/dialect.js';
import { Tokenizer } from '../tokenizer.js';
import { type TiktokenEncoding, type TiktokenName, tiktokenEncodings } from './encodings.js';
import { mergesOfRanks, readRanks } from './rank-file.js';
import { savedRanks } from './saved.js';

/** What is given beside the rank file. */
export interface TiktokenOptions {
  /** Which vocabulary it is, or its pattern and special tokens. Default: told by how many ranks there are. */
  readonly encoding?: TiktokenName | Pick<TiktokenEncoding, 'pattern' | 'specialTokens'>;
  /** Whether special tokens that stand in a text are found; otherwise they are text like any other. Default false. */
  readonly findSpecialTokens?: boolean;
}

/**
 * A tokenizer from a tiktoken rank file (lines of base64 and rank), with that library's ids. Tokens show in the byte alphabet of GPT-2, `Ġthe`; nothing is
 * put around a text.
 */
export function tiktokenTokenizer(file: string | Uint8Array, options: TiktokenOptions = {}): Tokenizer {
  const vocabulary = readRanks(typeof file === 'string' ? file : new TextDecoder().decode(file));
  const { pattern, specialTokens } = encodingOf(options.encoding ?? nameOf(vocabulary.size));
  const addedTokens = Object.entries(specialTokens).map(([content, id]): AddedToken => {
    const holder = vocabulary.token(id);
    if (holder !== undefined)
      failFile(`the special token ${content} has id ${id}, which the rank file gives to "${holder}"`);
    return {
      id,
      content,
      singleWord: false,
      stripLeft: false,
      stripRight: false,
      normalized: false,
      special: true,
      inText: options.findSpecialTokens ?? false,
    };
  });
  const scan = knownScan(pattern);
  const merges = mergesOfRanks(vocabulary);
  const rules = { prefix: '', suffix: '', unknownId: undefined, fuseUnknown: false, byteFallback: false };
  return new Tokenizer({
    addedTokens,
    normalizer: undefined,
    preTokenizer: [
      scan
        ? { scan, bytes: true }
        : { cut: cutAtMatches(regexMatcher(pattern, 'encoding.pattern', fancyRegex), 'Isolated'), bytes: true },
    ],
    model: bpeModel(vocabulary, merges, rules, true),
    postProcessor: {},
    decoder: byteLevelDecoder,
    truncation: undefined,
    padding: undefined,
    roles: {},
    file: () => savedRanks(vocabulary, merges, pattern, specialTokens),
    ...(scan && { boundary: 'lines' }),
  });
}

/** The hand-written scan of a pattern of tiktoken's; undefined for any other. */
export function knownScan(pattern: string): Scan | undefined {
  if (pattern === tiktokenEncodings.r50k_base.pattern) return scanGpt2;
  return pattern === tiktokenEncodings.cl100k_base.pattern ? scanCl100k(3, true) : scanKnownPattern(pattern);
}

const known = () => Object.keys(tiktokenEncodings).join(', ');

function encodingOf(
  encoding: NonNullable<TiktokenOptions['encoding']>,
): Pick<TiktokenEncoding, 'pattern' | 'specialTokens'> {
  if (typeof encoding !== 'string') return encoding;
  if (Object.hasOwn(tiktokenEncodings, encoding)) return tiktokenEncodings[encoding];
  return failInput(`tiktokenTokenizer: encoding "${encoding}" is unknown; known are ${known()}`);
}

function nameOf(ranks: number): TiktokenName {
  const names = Object.keys(tiktokenEncodings) as TiktokenName[];
  const found = names.find(name => tiktokenEncodings[name].ranks === ranks);
  return (
    found ??
    failFile(`a rank file of ${ranks} ranks is of no vocabulary known by name (${known()}); its encoding must be given`)
  );
}
