import { ResidualError, showValue } from '@residual/base';
import type { Source } from '@residual/safetensors';

import type { WordVectorsOptions } from './load.js';
import { counted } from './progress.js';
import { readerOf } from './reader.js';
import { newScan } from './scan.js';
import { expectDims, finishTable, type WordVectors } from './table.js';

const newline = 10;
const space = 32;
const longestWord = 10_000;

/** `COUNT DIMS` of the first line of a word2vec file. */
export interface Header {
  readonly count: number;
  readonly dims: number;
}

/** Reads that line. Errors when it is none, or tells of more than the file can hold. */
export function headerOf(line: string, size: number, leastBytes: number): Header {
  const [, first, second] = /^\s*(\d+)\s+(\d+)\s*$/.exec(line) ?? [];
  const [count, dims] = [Number(first), Number(second)];
  if (!(count > 0 && dims > 0))
    throw new ResidualError(
      'vectors',
      `wordVectors: a word2vec file begins with a line "WORDS DIMS"; this one begins with ${showValue(line)}`,
    );
  if (count * dims * leastBytes > size)
    throw new ResidualError(
      'vectors',
      `wordVectors: ${count} words of ${dims} numbers need at least ${count * dims * leastBytes} bytes; the file has ${size}`,
    );
  return { count, dims };
}

/** A table from word2vec's binary form: a line `COUNT DIMS`, then each word, a space and its float32 numbers. */
export async function readBinary(
  source: Source,
  { limit = Number.POSITIVE_INFINITY, signal, onProgress }: WordVectorsOptions,
): Promise<WordVectors> {
  const reader = readerOf(counted(source, onProgress), signal);
  const text = new TextDecoder();
  const first = await reader.until(newline, longestWord);
  const { count, dims } = headerOf(text.decode(first ?? new Uint8Array(0)), source.size, 4);
  expectDims('wordVectors', dims);
  const rows = Math.min(count, limit);
  const scan = newScan('float32', rows, dims);
  const words: string[] = [];
  const cut = (row: number): never => {
    throw new ResidualError(
      'vectors',
      `wordVectors: the file ends or has no word at byte ${reader.at}, in row ${row} of ${count}`,
    );
  };
  for (let row = 0; row < rows; row++) {
    const [before] = await reader.peek(1);
    if (before === newline) reader.skip(1); // some writers end each row with one
    const word = (await reader.until(space, longestWord)) ?? cut(row);
    words.push(text.decode(word));
    const bytes = await reader.peek(4 * dims);
    if (bytes.length < 4 * dims) cut(row);
    const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let k = 0; k < dims; k++) scan.data[row * dims + k] = numbers.getFloat32(4 * k, true);
    reader.skip(4 * dims);
  }
  return finishTable('wordVectors', words, dims, scan, undefined);
}
