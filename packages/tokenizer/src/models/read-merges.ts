import { byteAlphabet } from '../byte-alphabet.js';
import { failFile } from '../errors.js';
import type { Fields } from '../fields.js';
import { MergeList } from '../json-tables.js';
import type { Vocabulary } from '../vocabulary.js';
import { ByteTokens } from './byte-tokens.js';
import type { SymbolRules } from './first-symbols.js';
import { PairTable } from './pair-table.js';

/** Ranks must stay below this, so that rank and place fit one exact double. */
const mostMerges = 1 << 22;

/** The tokens by their bytes, where every byte is a token and none has an affix. */
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
  const tokens = mergeTokens(fields, where);
  const table = new PairTable(tokens.length / 2);
  const idOf = (token: string, rank: number) =>
    vocabulary.id(token) ?? failFile(`${where}[${rank}] names "${token}", which is not in ${fields.path('vocab')}`);
  let next = 0;
  /** Apart from the loop, so that engines compile it once. */
  const read = (left: string, right: string, rank: number) => {
    const leftId = idOf(left, rank);
    const rightId = idOf(right, rank);
    const joined = left + right.slice(prefix.length);
    // Most vocabularies hold what merges make in the order of the merges.
    const id = vocabulary.token(next) === joined ? next : idOf(joined, rank);
    table.set(leftId, rightId, rank, id);
    next = id + 1;
  };
  for (let index = 0; index < tokens.length; index += 2) read(tokens[index]!, tokens[index + 1]!, index / 2);
  return table;
}

function mergeTokens(fields: Fields, where: string): readonly string[] {
  const merges = fields.raw('merges');
  const tokens =
    merges instanceof MergeList
      ? merges.tokens
      : fields.array('merges').flatMap((entry, rank) => pairOf(entry, `${where}[${rank}]`));
  const count = tokens.length / 2;
  if (count >= mostMerges) failFile(`${where} holds ${count} merges; at most ${mostMerges - 1} can be read`);
  return tokens;
}

function pairOf(entry: unknown, where: string): readonly string[] {
  const pair: readonly unknown[] = typeof entry === 'string' ? entry.split(' ') : Array.isArray(entry) ? entry : [];
  return pair.length === 2 && typeof pair[0] === 'string' && typeof pair[1] === 'string'
    ? (pair as string[])
    : failFile(`${where} must be a pair of tokens, it is ${JSON.stringify(entry)?.slice(0, 80)}`);
}
