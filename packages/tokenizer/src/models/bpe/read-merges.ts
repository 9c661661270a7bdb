import { abbreviateJson, failFile } from '../../errors.js';
import { type Fields, isString } from '../../formats/json/fields.js';
import { MergeList } from '../../formats/json/parse.js';
import { byteAlphabet } from '../../text/byte-alphabet.js';
import type { Vocabulary } from '../vocabulary.js';
import { ByteTokens } from './byte-tokens.js';
import type { SymbolRules } from './initial-symbols.js';
import { PairTable } from './pair-table.js';

/** Ranks must stay below this, so that a rank and an index fit in one exact double. */
const maxMerges = 1 << 22;

/** The tokens by their bytes, if every byte is a token and there are no affixes; otherwise undefined. */
export function byteTokens(
  vocabulary: Vocabulary,
  { prefix, suffix }: Pick<SymbolRules, 'prefix' | 'suffix'>,
): ByteTokens | undefined {
  const isPlain = prefix === '' && suffix === '' && byteAlphabet().every(char => vocabulary.id(char) !== undefined);
  return isPlain ? new ByteTokens(vocabulary) : undefined;
}

/** Reads the merges of a model: pairs of tokens in the order of their ranks. */
export function readMerges(fields: Fields, vocabulary: Vocabulary, prefix: string): PairTable {
  const where = fields.path('merges');
  const idOf = (token: string, rank: number) =>
    vocabulary.id(token) ?? failFile(`${where}[${rank}] names "${token}", which is not in ${fields.path('vocab')}`);
  const ids = mergeIds(fields, where, idOf);
  const table = new PairTable(ids.length / 2);
  let next = 0;
  /** A function of its own, so that engines compile it once. */
  const read = (left: number, right: number, rank: number) => {
    const joined = vocabulary.token(left)! + vocabulary.token(right)!.slice(prefix.length);
    // Most vocabularies list the results of merges in the order of the merges.
    const id = vocabulary.token(next) === joined ? next : idOf(joined, rank);
    table.set(left, right, rank, id);
    next = id + 1;
  };
  for (let index = 0; index < ids.length; index += 2) read(ids[index]!, ids[index + 1]!, index / 2);
  return table;
}

function mergeIds(fields: Fields, where: string, idOf: (token: string, rank: number) => number): readonly number[] {
  const merges = fields.raw('merges');
  const ids =
    merges instanceof MergeList
      ? merges.ids
      : fields
          .array('merges')
          .flatMap((entry, rank) => pairOf(entry, `${where}[${rank}]`).map(token => idOf(token, rank)));
  const count = ids.length / 2;
  if (count >= maxMerges) failFile(`${where} holds ${count} merges; at most ${maxMerges - 1} can be read`);
  return ids;
}

function pairOf(entry: unknown, where: string): readonly string[] {
  const pair: readonly unknown[] = typeof entry === 'string' ? entry.split(' ') : Array.isArray(entry) ? entry : [];
  return pair.length === 2 && pair.every(isString)
    ? pair
    : failFile(`${where} must be a pair of tokens, it is ${abbreviateJson(entry)}`);
}
