import type { Json } from '../formats/json/fields.js';
import { outerSpaces, spacedWord } from '../formats/sentencepiece/to-json-patterns.js';
import type { Model } from '../models/model.js';
import { scanKnownPattern } from '../pre-tokenizers/known-patterns.js';
import { toByteAlphabet } from '../text/byte-alphabet.js';
import { olderEquivalent } from '../text/unicode-version.js';
import type { TokenizerParts } from '../tokenizer.js';

/**
 * Where a text may be split so that its parts have the tokens of the whole: before a space between two letters; with
 * `lines` also after a line end between a visible character and a letter.
 */
export type Boundary = 'words' | 'lines';

/**
 * The boundaries at which a tokenizer certainly splits a text, whatever follows; undefined if its parts do not reveal
 * that.
 */
export function boundaryOf(parts: TokenizerParts): Boundary | undefined {
  if (!boundaries.has(parts)) boundaries.set(parts, findBoundary(parts));
  return boundaries.get(parts);
}

const boundaries = /*#__PURE__*/ new WeakMap<TokenizerParts, Boundary | undefined>();

function findBoundary({ file, boundary, addedTokens, model }: TokenizerParts): Boundary | undefined {
  const crosses = addedTokens.some(
    ({ content, singleWord }) => /\p{L} (?:\p{L}|$)|\n/u.test(content) || (singleWord && content.startsWith(' ')),
  );
  if (crosses || model.dropout) return undefined;
  if (typeof file !== 'object') return boundary;
  const normalizers = flatten(file.normalizer, 'normalizers');
  const splits = new Set<Boundary | 'inside' | undefined>();
  let space = ' '; // what a space between two letters has become so far
  for (const json of normalizers) {
    if (!isLocal(json, space)) return undefined;
    space = spaceAfter(json, space);
  }
  for (const json of flatten(file.pre_tokenizer, 'pretokenizers')) {
    splits.add(splitsAt(json, space));
    space = spaceAfter(json, space);
  }
  if (splits.has(undefined)) return undefined;
  const mayMoveLines = normalizers.length > 0 || addedTokens.some(({ lstrip }) => lstrip);
  if (splits.has('words') || (splits.has('lines') && mayMoveLines)) return 'words';
  if (splits.has('lines')) return 'lines';
  return mergesStayInWords(model, file.model as Json, space) ? 'words' : undefined;
}

/** A component, or the components of a sequence. */
function flatten(json: unknown, parts: string): readonly Json[] {
  if (typeof json !== 'object' || json === null) return [];
  const { type, [parts]: inner } = json as Json;
  return type === 'Sequence' && Array.isArray(inner) ? inner.flatMap(each => flatten(each, parts)) : [json as Json];
}

const localNormalizers = [
  'NFC',
  'NFD',
  'NFKC',
  'NFKD',
  'Nmt',
  'BertNormalizer',
  'Lowercase',
  'StripAccents',
  'Precompiled',
  'Prepend',
  'Strip',
];

/**
 * Whether a normalizer treats a letter, the space before it and the text after it in the same way, whatever precedes
 * the space.
 */
function isLocal({ type, pattern, content }: Json, space: string): boolean {
  if (type !== 'Replace') return localNormalizers.includes(String(type));
  const { String: literal, Regex: regex } = (pattern ?? {}) as Json;
  if (literal === space) return /^[^\p{L}\p{M}\s]$/u.test(String(content));
  if (typeof literal === 'string') return !literal.includes(space);
  return regex === ' {2,}' || regex === outerSpaces || (regex === '\\s+' && content === ' ');
}

/** What a space between two letters becomes in a component, if it was `space` before. */
function spaceAfter({ type, pattern, content, replacement }: Json, space: string): string {
  if (type === 'Replace' && (pattern as Json).String === space) return String(content);
  if (type === 'Metaspace' && space === ' ') return String(replacement ?? '▁');
  return type === 'ByteLevel' ? toByteAlphabet(space) : space;
}

/** Where a pre-tokenizer splits a text; undefined if unknown, 'inside' if it only splits the pre-tokens of others. */
function splitsAt(json: Json, space: string): Boundary | 'inside' | undefined {
  const isSpace = space === ' ';
  switch (json.type) {
    case 'ByteLevel':
      if (json.use_regex === false) return 'inside';
      // If a space is added before a line end (after an added token), the split between them depends on what follows.
      return isSpace ? (json.add_prefix_space === false ? 'lines' : 'words') : undefined;
    case 'Split': {
      const { Regex: regex } = (json.pattern ?? {}) as Json;
      if (space === '▁' && regex === spacedWord && json.behavior === 'Isolated') return 'words';
      if (!isSpace || typeof regex !== 'string') return undefined;
      if (json.behavior === 'Isolated' && scanKnownPattern(regex)) return 'lines';
      return matchesNoSpace(regex) && (keepsMatches(json) || takesLetters(json, regex)) ? 'words' : undefined;
    }
    case 'Metaspace':
      return json.split === false ? 'inside' : isSpace || space === (json.replacement ?? '▁') ? 'words' : undefined;
    case 'BertPreTokenizer':
    case 'Whitespace':
    case 'WhitespaceSplit':
      return isSpace ? 'words' : 'inside';
    case 'Digits':
    case 'Punctuation':
      return 'inside';
    default:
      return undefined;
  }
}

/** Whether a regular expression of letters, apostrophes and classes only never matches white space, as CLIP's. */
const matchesNoSpace = (regex: string) =>
  regex.replace(/\[\^\\s(?:\\p\{[LN]\})*\]|\[\\p\{[LN]\}\]|\\p\{[LN]\}|[a-z'|+]/g, '') === '';

const keepsMatches = ({ behavior, invert }: Json) => behavior === 'Removed' && invert === true;

/** Whether letters always belong to a match, unlike spaces. */
const takesLetters = ({ behavior }: Json, regex: string) =>
  behavior === 'Isolated' && /(?:^|\|)(?:\[\\p\{L\}\]|\\p\{L\})\+/.test(regex);

/**
 * Whether a BPE that reads a whole text never merges across the space before a word: no token has a space after another
 * character.
 */
function mergesStayInWords({ vocabulary, merges }: Model, json: Json, space: string): boolean {
  const { ignore_merges: ignoreMerges, continuing_subword_prefix: prefix, end_of_word_suffix: suffix } = json;
  if (!merges || ignoreMerges || prefix || suffix || vocabulary.id(space) === undefined) return false;
  for (const [token] of vocabulary.entries())
    for (let at = token.indexOf(space, 1); at > 0; at = token.indexOf(space, at + 1))
      if (!token.startsWith(space, at - space.length)) return false;
  return true;
}

/** The last boundary of `text` after index `after` that is followed by some text; -1 if there is none. */
export function lastBoundary(text: string, after: number, boundary: Boundary): number {
  for (let at = text.length - 2; at > after && at > 0; at--) {
    const unit = text.charCodeAt(at);
    if (unit === 0x20 && isLetter(text[at - 1]!) && isLetter(text[at + 1]!)) return at;
    if (boundary === 'lines' && unit === 0x0a && /\S/.test(text[at - 1]!) && isLetter(text[at + 1]!)) {
      return at + 1;
    }
  }
  return -1;
}

const isLetter = (unit: string) => /\p{L}/u.test(olderEquivalent(unit));
