import type { Reader } from '../components.js';
import { failFile } from '../errors.js';
import { unitsOf, utf8LengthOfUnits } from '../unicode.js';
import { type Vocabulary, vocabularyFromObject } from '../vocabulary.js';
import { cached } from './cached.js';
import type { Model } from './model.js';
import { root, Trie } from './trie.js';

/** WordPiece: from the left always the longest token that fits; a word with a part that none fits is unknown as a whole. */
export const wordPiece: Reader<Model> = fields => {
  const vocabulary = vocabularyFromObject(fields.raw('vocab'), fields.path('vocab'));
  const unknown = fields.string('unk_token', '[UNK]');
  const unknownId =
    vocabulary.id(unknown) ?? failFile(`${fields.path('unk_token')} "${unknown}" is not in ${fields.path('vocab')}`);
  const prefix = fields.string('continuing_subword_prefix', '##');
  return wordPieceModel(vocabulary, unknownId, prefix, fields.count('max_input_chars_per_word', 100));
};

/** WordPiece from its parts; words of more than `longest` characters are unknown. */
export function wordPieceModel(vocabulary: Vocabulary, unknownId: number, prefix: string, longest: number): Model {
  const most = prefix.length + 2 * longest; // longer tokens are in no word that is read
  const trie = new Trie([...vocabulary.entries()].filter(([token]) => token.length <= most));
  const inside = trie.walk(prefix); // where tokens that continue a word begin; -1 if there are none
  const read = (units: Uint16Array, from: number, end: number, ids: number[], spans?: number[]) => {
    const [firstId, firstSpan] = [ids.length, spans?.length ?? 0];
    const isRead = !isLonger(units, from, end, longest);
    let byte = 0;
    let at = from;
    while (isRead && at < end) {
      let node = at === from ? root : inside;
      let [to, found] = [at, -1];
      for (let look = at; look < end && node >= 0; ) {
        node = trie.step(node, units[look++]!);
        if (node >= 0 && trie.idAt(node) >= 0) [to, found] = [look, trie.idAt(node)];
      }
      if (found < 0) break;
      ids.push(found);
      if (spans) spans.push(byte, (byte += utf8LengthOfUnits(units, at, to)));
      at = to;
    }
    if (at === end) return;
    ids.length = firstId;
    ids.push(unknownId);
    if (!spans) return;
    spans.length = firstSpan;
    spans.push(0, utf8LengthOfUnits(units, from, end));
  };
  const tokenize: Model['tokenize'] = (text, start, end, _bytes, ids, spans) => {
    const whole = end - start <= longest && !spans ? vocabulary.id(text.slice(start, end)) : undefined;
    if (whole !== undefined) ids.push(whole);
    else read(unitsOf(text, start, end), 0, end - start, ids, spans);
  };
  return cached({ vocabulary, readsBytes: false, unknownId, tokenize }, read);
}

function isLonger(units: Uint16Array, from: number, to: number, longest: number): boolean {
  let count = to - from;
  for (let at = from; at < to && count > longest; at++) if ((units[at]! & 0xfc00) === 0xdc00) count--;
  return count > longest;
}
