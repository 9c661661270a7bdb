import { failFile } from '../../errors.js';
import { merge, Symbols } from '../../models/bpe/merge.js';
import { PairTable } from '../../models/bpe/pair-table.js';
import { Vocabulary } from '../../models/vocabulary.js';
import { byteAlphabet } from '../../text/byte-alphabet.js';

/** Reads a rank file: one line per token with its bytes in base64 and its rank, which is its id. */
export function readRanks(text: string): Vocabulary {
  const vocabulary = new Vocabulary();
  const alphabet = byteAlphabet();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const [, base64, rank] = /^([A-Za-z0-9+/]+={0,2}) (\d+)\r?$/.exec(line) ?? [];
    if (base64 === undefined) {
      failFile(
        `line ${index + 1} of the rank file must be base64 and a rank, it is ${JSON.stringify(line.slice(0, 40))}`,
      );
    }
    let token = '';
    for (const char of bytesOf(base64, index)) token += alphabet[char.charCodeAt(0)];
    vocabulary.add(token, Number(rank), `line ${index + 1} of the rank file`);
  }
  const missing = alphabet.findIndex(char => vocabulary.id(char) === undefined);
  if (missing >= 0) failFile(`the rank file has ${vocabulary.size} ranks and none for the single byte ${missing}`);
  return vocabulary;
}

function bytesOf(base64: string, index: number): string {
  try {
    return atob(base64);
  } catch {
    return failFile(`line ${index + 1} of the rank file holds "${base64.slice(0, 40)}", which is not base64`);
  }
}

/**
 * The merges that ranks imply. Two neighbours may merge if their joined bytes have a rank. If the lower ranks reduce a
 * token to two parts, these are its only merge: while nothing outside the token merges with it, its inside always
 * merges in this way. Otherwise all of its splits are kept.
 */
export function mergesOfRanks(vocabulary: Vocabulary): PairTable {
  const table = new PairTable(vocabulary.size);
  const symbols = new Symbols();
  const singles = new Int32Array(0x200); // by the byte's character
  for (const char of byteAlphabet()) singles[char.charCodeAt(0)] = vocabulary.id(char)!;
  for (let rank = 0; rank < vocabulary.idLimit; rank++) {
    const token = vocabulary.token(rank);
    if (token === undefined || token.length < 2) continue;
    symbols.count = 0;
    for (let at = 0; at < token.length; at++) symbols.push(singles[token.charCodeAt(at)]!, 1);
    merge(symbols, table);
    if (symbols.count === 2) table.set(symbols.ids[0]!, symbols.ids[1]!, rank, rank);
    else setAllSplits(token, rank, vocabulary, table);
  }
  return table;
}

function setAllSplits(token: string, rank: number, vocabulary: Vocabulary, table: PairTable): void {
  for (let at = 1; at < token.length; at++) {
    const left = vocabulary.id(token.slice(0, at));
    const right = left === undefined ? undefined : vocabulary.id(token.slice(at));
    if (left !== undefined && right !== undefined) table.set(left, right, rank, rank);
  }
}
