import { abbreviate, abbreviateJson, failFile } from '../../errors.js';
import type { Json } from '../json/fields.js';
import { spaceSymbol } from '../sentencepiece/normalizer.js';
import { outerSpaces, spacedWord } from '../sentencepiece/to-json-patterns.js';
import type { GgufTokenizerEntry } from './metadata.js';
import type { ModelEntries, TokenizerJson } from './to-gguf.js';

/** The entries of a model over visible spaces: BPE with scores, or Unigram. */
export function piecesToGguf(json: TokenizerJson): ModelEntries {
  const { model } = json;
  const isUnigram = model.type === 'Unigram';
  if (!isUnigram && model.type !== 'BPE')
    return failFile(`a tokenizer of type ${model.type} has no place in GGUF files`);
  const { addSpacePrefix, removeExtraWhitespaces, charsMap } = spaceRules(json);
  if (!isUnigram && (charsMap || removeExtraWhitespaces))
    return failFile('a SentencePiece BPE that changes the characters or spaces of a text has no place in GGUF files');
  const entries: Record<string, GgufTokenizerEntry> = {
    add_space_prefix: { type: 'bool', value: addSpacePrefix },
    ...(isUnigram && { remove_extra_whitespaces: { type: 'bool' as const, value: removeExtraWhitespaces } }),
    ...(charsMap && { precompiled_charsmap: { type: 'uint8[]' as const, value: charsMap } }),
  };
  return { entries, ...(isUnigram ? unigram(model) : bpe(model)) };
}

function unigram(model: Json): Omit<ModelEntries, 'entries'> {
  const vocab = model.vocab as [string, number][];
  return {
    model: 't5',
    tokens: vocab.map(([token], id) => [token, id]),
    scores: new Map(vocab.map(([, score], id) => [id, score])),
    ...(typeof model.unk_id === 'number' && { unknownId: model.unk_id }),
    byteFallback: model.byte_fallback === true,
  };
}

/** BPE: the score of a token is the negative rank of its first merge, which llama.cpp merges by. */
function bpe(model: Json): Omit<ModelEntries, 'entries'> {
  const vocab = model.vocab as Record<string, number>;
  const scores = new Map<number, number>();
  let [last, rank] = ['', 0];
  for (const [left, right] of model.merges as [string, string][]) {
    const merged = left + right;
    if (merged === last) continue;
    last = merged;
    if (scores.has(vocab[merged]!)) {
      const text = abbreviate(merged);
      return failFile(`the merges to "${text}" do not follow each other; GGUF files have one score for each token`);
    }
    scores.set(vocab[merged]!, -rank++);
  }
  // Characters are no results of merges; their scores are below all others and matter for nothing.
  for (const id of Object.values(vocab)) if (!scores.has(id)) scores.set(id, -rank);
  const unknown = typeof model.unk_token === 'string' ? vocab[model.unk_token] : undefined;
  return {
    model: 'llama',
    tokens: Object.entries(vocab),
    scores,
    ...((unknown ?? vocab['<unk>']) !== undefined && { unknownId: unknown ?? vocab['<unk>']! }),
    byteFallback: model.byte_fallback === true,
  };
}

interface SpaceRules {
  addSpacePrefix: boolean;
  removeExtraWhitespaces: boolean;
  charsMap: Uint8Array | undefined;
  /** Whether spaces at an end of the text are removed, as they are with `removeExtraWhitespaces`. */
  strips: boolean;
}

/** What normalizers and pre-tokenizers do with spaces. Errors on one that does something else. */
function spaceRules({ normalizer, pre_tokenizer }: TokenizerJson): SpaceRules {
  const rules: SpaceRules = {
    addSpacePrefix: false,
    removeExtraWhitespaces: false,
    charsMap: undefined,
    strips: false,
  };
  const partsOf = (json: Json | null, list: string): readonly Json[] =>
    !json ? [] : json.type === 'Sequence' ? (json[list] as Json[]).flatMap(each => partsOf(each, list)) : [json];
  for (const part of partsOf(normalizer, 'normalizers')) applyNormalizer(part, rules);
  for (const part of partsOf(pre_tokenizer, 'pretokenizers')) applyPreTokenizer(part, rules);
  if (rules.strips && !rules.removeExtraWhitespaces)
    failFile('the normalizer Strip, without one that removes repeated spaces, has no place in GGUF files');
  return rules;
}

function applyNormalizer(part: Json, rules: SpaceRules): void {
  const pattern = (part.pattern ?? {}) as { readonly Regex?: string; readonly String?: string };
  const isSpace = part.content === ' ' || part.content === spaceSymbol;
  if (part.type === 'Prepend' && part.prepend === spaceSymbol) rules.addSpacePrefix = true;
  else if (part.type === 'Precompiled') rules.charsMap = bytesOf(String(part.precompiled_charsmap));
  else if (part.type === 'Replace' && pattern.Regex === ' {2,}' && isSpace) rules.removeExtraWhitespaces = true;
  else if (part.type === 'Replace' && pattern.Regex === outerSpaces && part.content === '') return;
  else if (part.type === 'Replace' && pattern.String === ' ' && part.content === spaceSymbol) return;
  else if (part.type === 'Strip') rules.strips = true;
  else failFile(`the normalizer ${abbreviateJson(part)} has no place in GGUF files`);
}

function applyPreTokenizer(part: Json, rules: SpaceRules): void {
  if (part.type === 'Metaspace' && part.replacement === spaceSymbol)
    rules.addSpacePrefix = part.prepend_scheme !== 'never';
  else if (part.type === 'WhitespaceSplit') rules.removeExtraWhitespaces = true;
  else if (part.type === 'Split' && (part.pattern as { Regex?: string }).Regex === spacedWord) return;
  else failFile(`the pre-tokenizer ${abbreviateJson(part)} has no place in GGUF files`);
}

const bytesOf = (base64: string) => Uint8Array.from(atob(base64), char => char.charCodeAt(0));
