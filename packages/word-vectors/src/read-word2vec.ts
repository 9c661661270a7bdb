import { ResidualError, showValue } from '@residual/base';
import type { Source } from '@residual/safetensors';

import type { WordVectorsOptions } from './load.js';
import { withProgress } from './progress.js';
import { byteReader } from './reader.js';
import { createScan } from './scan.js';
import { buildTable, expectDims, type WordVectors } from './table.js';

const newline = 10;
const space = 32;
const maxWordBytes = 10_000;

/** `COUNT DIMS` of the first line of a word2vec file. */
export interface Word2vecHeader {
  readonly count: number;
  readonly dims: number;
}

/** Parses the header. Errors if it is invalid, or announces more than the file can contain. */
export function parseHeader(line: string, size: number, leastBytes: number): Word2vecHeader {
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
      `wordVectors: ${count} words of ${dims} numbers need at least ${count * dims * leastBytes} bytes; the file ` +
        `has ${size}`,
    );
  return { count, dims };
}

/** Reads the word2vec binary format: a line `COUNT DIMS`, then for each word its text, a space and float32 numbers. */
export async function readBinary(
  source: Source,
  { limit = Number.POSITIVE_INFINITY, signal, onProgress }: WordVectorsOptions,
): Promise<WordVectors> {
  const reader = byteReader(withProgress(source, onProgress), signal);
  const text = new TextDecoder();
  const first = await reader.readUntil(newline, maxWordBytes);
  const { count, dims } = parseHeader(text.decode(first ?? new Uint8Array(0)), source.size, 4);
  expectDims('wordVectors', dims);
  const rows = Math.min(count, limit);
  const scan = createScan('float32', rows, dims);
  const words: string[] = [];
  const failTruncated = (row: number): never => {
    throw new ResidualError(
      'vectors',
      `wordVectors: the file ends or has no word at byte ${reader.offset}, in row ${row} of ${count}`,
    );
  };
  for (let row = 0; row < rows; row++) {
    const [before] = await reader.peek(1);
    if (before === newline) reader.skip(1); // some writers end each row with a newline
    const word = (await reader.readUntil(space, maxWordBytes)) ?? failTruncated(row);
    words.push(text.decode(word));
    const bytes = await reader.peek(4 * dims);
    if (bytes.length < 4 * dims) failTruncated(row);
    const numbers = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let k = 0; k < dims; k++) scan.data[row * dims + k] = numbers.getFloat32(4 * k, true);
    reader.skip(4 * dims);
  }
  return buildTable('wordVectors', words, dims, scan, undefined);
}
