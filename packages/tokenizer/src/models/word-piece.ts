import type { Reader } from '../components.js';
import { failFile } from '../errors.js';
import { unitsOf, utf8LengthOfUnits } from '../unicode.js';
import { type Vocabulary, vocabularyFromObject } from '../vocabulary.js';
import { cached } from './cached.js';
import type { Model, PieceReader } from './model.js';
import { tokenTable } from './token-table.js';

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
  const tokens = tokenTable(vocabulary);
  const prefixUnits = unitsOf(prefix, 0, prefix.length);
  const front = prefix.length;
  /** A word, with a prefix in front of what is left of it. */
  let rest = new Uint16Array(256);
  const write = (units: Uint16Array, from: number, to: number, at: number) => {
    for (let index = from; index < to; index++) rest[at++] = units[index]!;
    return at;
  };
  /** Appends the tokens of a word; says whether all of it was read. */
  const cut = (units: Uint16Array, from: number, to: number, ids: number[], spans?: number[]) => {
    if (rest.length < front + to - from) rest = new Uint16Array(2 * (front + to - from));
    const end = write(units, from, to, front);
    for (let at = front, start = front, byte = 0; at < end; ) {
      const id = tokens.longest(rest, start, at, end);
      if (id < 0) return false;
      ids.push(id);
      const next = start + tokens.size(id);
      if (spans) spans.push(byte, (byte += utf8LengthOfUnits(rest, at, next)));
      at = next;
      start = at - front;
      write(prefixUnits, 0, front, start);
    }
    return true;
  };
  const read = (units: Uint16Array, from: number, to: number, ids: number[], spans?: number[]) => {
    const firstId = ids.length;
    const firstSpan = spans?.length ?? 0;
    if (!isLonger(units, from, to, longest) && cut(units, from, to, ids, spans)) return;
    ids.length = firstId;
    ids.push(unknownId);
    if (!spans) return;
    spans.length = firstSpan;
    spans.push(0, utf8LengthOfUnits(units, from, to));
  };
  const tokenize: Model['tokenize'] = (text, start, end, _bytes, ids, spans) =>
    read(unitsOf(text, start, end), 0, end - start, ids, spans);
  const model = cached({ vocabulary, readsBytes: false, unknownId, tokenize }, read);
  const readNew = model.pieces.units;
  const units: PieceReader['units'] = (units, from, to, hash, ids) => {
    const whole = to - from <= longest ? tokens.find(units, from, to, hash) : -1;
    if (whole >= 0) ids.push(whole);
    else readNew(units, from, to, hash, ids);
  };
  return { ...model, pieces: { units } };
}

function isLonger(units: Uint16Array, from: number, to: number, longest: number): boolean {
  let count = to - from;
  for (let at = from; at < to && count > longest; at++) if ((units[at]! & 0xfc00) === 0xdc00) count--;
  return count > longest;
}
