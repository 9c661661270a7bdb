import { byteAlphabet } from '../byte-alphabet.js';
import { failFile } from '../errors.js';
import type { Fields } from '../fields.js';
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
export function readMerges(
  fields: Fields,
  vocabulary: Vocabulary,
  prefix: string,
  tokens: ByteTokens | undefined,
): PairTable {
  const list = fields.array('merges');
  const where = fields.path('merges');
  if (list.length >= mostMerges)
    failFile(`${where} holds ${list.length} merges; at most ${mostMerges - 1} can be read`);
  const table = new PairTable(list.length);
  const idOf = (token: string, rank: number) => {
    const id = tokens ? tokens.idOf(token) : -1;
    return id >= 0 ? id : (vocabulary.id(token) ?? unknown(token, rank));
  };
  const unknown = (token: string, rank: number) =>
    failFile(`${where}[${rank}] names "${token}", which is not in ${fields.path('vocab')}`);
  /** Apart from the loop, so that engines compile it once. */
  const read = (entry: unknown, rank: number) => {
    const pair: readonly unknown[] = typeof entry === 'string' ? entry.split(' ') : Array.isArray(entry) ? entry : [];
    const left = pair[0];
    const right = pair[1];
    if (pair.length !== 2 || typeof left !== 'string' || typeof right !== 'string') {
      return failFile(`${where}[${rank}] must be a pair of tokens, it is ${JSON.stringify(entry)?.slice(0, 80)}`);
    }
    const leftId = idOf(left, rank);
    const rightId = idOf(right, rank);
    const joined = tokens ? tokens.joined(leftId, rightId) : -1;
    table.set(leftId, rightId, rank, joined >= 0 ? joined : idOf(left + right.slice(prefix.length), rank));
  };
  for (let rank = 0; rank < list.length; rank++) read(list[rank], rank);
  return table;
}
