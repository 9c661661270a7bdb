import { scanKnownPattern } from '../pre-tokenizers/known-patterns.js';
import type { TokenizerParts } from '../tokenizer.js';

/**
 * Where a text may be cut so that its parts have the tokens of the whole: before a space between two letters, with `lines` also behind a line end that
 * stands between something visible and a letter.
 */
export type Boundary = 'words' | 'lines';

type Json = { readonly [name: string]: unknown };

/** The boundaries at which a tokenizer certainly cuts a text, whatever follows; undefined where that cannot be told from its parts. */
export function boundaryOf({ file, boundary, addedTokens, model }: TokenizerParts): Boundary | undefined {
  const crosses = addedTokens.some(({ content }) => /\p{L} (?:\p{L}|$)|\n/u.test(content));
  if (crosses || model.dropout) return undefined;
  if (typeof file !== 'object') return boundary;
  const normalizers = flat(file.normalizer, 'normalizers');
  if (!normalizers.every(isLocal)) return undefined;
  const steps = flat(file.pre_tokenizer, 'pretokenizers').map(cutsAt);
  if (steps.includes(undefined) || !steps.some(step => step === 'lines' || step === 'words')) return undefined;
  return normalizers.length > 0 || steps.includes('words') ? 'words' : 'lines';
}

/** A component, or those of a sequence. */
function flat(json: unknown, parts: string): readonly Json[] {
  if (typeof json !== 'object' || json === null) return [];
  const { type, [parts]: inner } = json as Json;
  return type === 'Sequence' && Array.isArray(inner) ? inner.flatMap(each => flat(each, parts)) : [json as Json];
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

/** Whether a normalizer does the same to a letter, the space before it and what follows, whatever stands before the space. */
function isLocal({ type, pattern }: Json): boolean {
  if (type !== 'Replace') return localNormalizers.includes(String(type));
  const { String: literal, Regex: regex } = (pattern ?? {}) as Json;
  return typeof literal === 'string' ? !literal.includes(' ') : regex === ' {2,}' || regex === '\\s+';
}

/** Where a pre-tokenizer cuts a text; undefined where that cannot be told, 'inside' where it only cuts what others leave. */
function cutsAt(json: Json): Boundary | 'inside' | undefined {
  switch (json.type) {
    case 'ByteLevel':
      return json.use_regex === false ? 'inside' : 'lines';
    case 'Split': {
      const { Regex: regex } = (json.pattern ?? {}) as Json;
      const isKnown = json.behavior === 'Isolated' && typeof regex === 'string' && scanKnownPattern(regex);
      return isKnown ? 'lines' : undefined;
    }
    case 'Metaspace':
      return json.split === false ? undefined : 'words';
    case 'BertPreTokenizer':
    case 'Whitespace':
    case 'WhitespaceSplit':
      return 'words';
    case 'Digits':
    case 'Punctuation':
      return 'inside';
    default:
      return undefined;
  }
}

/** The last boundary of `text` behind `after`, with something behind it; -1 if there is none. */
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

const isLetter = (unit: string) => /\p{L}/u.test(unit);
