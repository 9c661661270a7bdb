import { failFile } from '../../errors.js';
import { type ModelComponent, required } from '../../formats/json/components.js';
import { unitsOf, utf8LengthOfUnits } from '../../text/unicode.js';
import type { Model } from '../model.js';
import { root, trieOf } from '../trie.js';
import { type Vocabulary, vocabularyFromObject } from '../vocabulary.js';

/**
 * WordPiece: from left to right always the longest matching token. If a part of a word matches no token, the whole word
 * is unknown (Wu et al. 2016).
 */
export const wordPiece: ModelComponent = {
  type: 'WordPiece',
  fields: {
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
    vocab: required,
  },
  fromJson: fields => {
    const vocabulary = vocabularyFromObject(fields.raw('vocab'), fields.path('vocab'));
    const unknown = fields.string('unk_token');
    const unknownId =
      vocabulary.id(unknown) ?? failFile(`${fields.path('unk_token')} "${unknown}" is not in ${fields.path('vocab')}`);
    const prefix = fields.string('continuing_subword_prefix');
    return wordPieceModel(vocabulary, unknownId, prefix, fields.count('max_input_chars_per_word'));
  },
};

/**
 * Creates a WordPiece model from its parts. Words of more than `maxInputCharsPerWord` characters are unknown. It has no
 * cache: a walk through the trie takes no longer than a look-up.
 */
export function wordPieceModel(
  vocabulary: Vocabulary,
  unknownId: number,
  prefix: string,
  maxInputCharsPerWord: number,
): Model {
  const trie = trieOf(vocabulary.entries());
  /** The node at which tokens that continue a word start; negative if there are none. */
  let continuationNode = root;
  for (let at = 0; at < prefix.length; at++) continuationNode = trie.step(continuationNode, prefix.charCodeAt(at));

  /** Appends the tokens of a word and returns whether the whole word was matched. */
  const tokenizeWord = (units: Uint16Array, from: number, to: number, ids: number[]) => {
    let start = root;
    let skipped = 0;
    for (let at = from; at < to; ) {
      const node = trie.longestMatch(start, units, at, to);
      if (node < 0) return false;
      ids.push(trie.idAt(node));
      at += trie.depthOf(node) - skipped;
      start = continuationNode;
      skipped = prefix.length;
    }
    return true;
  };
  /** Appends the ids of a word and returns whether it is known. */
  const encode = (units: Uint16Array, from: number, to: number, ids: number[]) => {
    const first = ids.length;
    const isShort = to - from <= maxInputCharsPerWord || !isLonger(units, from, to, maxInputCharsPerWord);
    if (isShort && tokenizeWord(units, from, to, ids)) return true;
    ids.length = first;
    ids.push(unknownId);
    return false;
  };
  const tokenize: Model['tokenize'] = (text, start, end, _bytes, ids, spans) => {
    const units = unitsOf(text, start, end);
    const first = ids.length;
    const isKnown = encode(units, 0, units.length, ids);
    if (!spans) return;
    for (let index = first, from = 0, byte = 0; index < ids.length; index++) {
      const size = vocabulary.token(ids[index]!)!.length - (index > first ? prefix.length : 0);
      const to = isKnown ? from + size : units.length;
      spans.push(byte, (byte += utf8LengthOfUnits(units, from, to)));
      from = to;
    }
  };
  return { vocabulary, acceptsBytes: false, unknownId, tokenize, preTokenEncoder: { encode } };
}

function isLonger(units: Uint16Array, from: number, to: number, longest: number): boolean {
  let count = to - from;
  for (let at = from; at < to && count > longest; at++) if ((units[at]! & 0xfc00) === 0xdc00) count--;
  return count > longest;
}
