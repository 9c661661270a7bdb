import { ResidualError, showValue } from '@residual/base';
import type { Source } from '@residual/safetensors';

import type { WordVectorsOptions } from './load.js';
import { parseNumber } from './parse-number.js';
import { withProgress } from './progress.js';
import { parseHeader } from './read-word2vec.js';
import { byteReader } from './reader.js';
import { createScan } from './scan.js';
import { buildTable, expectDims, type WordVectors } from './table.js';

const newline = 10;
const maxLineBytes = 2 ** 22;

/**
 * Reads lines `WORD NUMBER NUMBER ...`: the GloVe format, or the word2vec text format with a header `COUNT DIMS`. The
 * last `DIMS` fields are the numbers, so that a word may contain spaces. A GloVe file with such a header is accepted
 * too.
 */
export async function readText(
  source: Source,
  kind: 'glove' | 'word2vec',
  { limit = Number.POSITIVE_INFINITY, signal, onProgress }: WordVectorsOptions,
): Promise<WordVectors> {
  const reader = byteReader(withProgress(source, onProgress), signal);
  const decoder = new TextDecoder();
  let line = await reader.readUntil(newline, maxLineBytes);
  let number = 1;
  const fail = (what: string): never => {
    throw new ResidualError('vectors', `wordVectors: line ${number} ${what}`);
  };
  if (!line) throw new ResidualError('vectors', 'wordVectors: the file is empty');
  const first = decoder.decode(line);
  let { count, dims } = { count: Number.POSITIVE_INFINITY, dims: spacesIn(line) };
  if (kind === 'word2vec' || /^\d+ \d+\s*$/.test(first)) {
    ({ count, dims } = parseHeader(first, source.size, 2));
    line = await reader.readUntil(newline, maxLineBytes);
    number++;
  }
  if (dims < 1) fail(`has no numbers behind its word: ${showValue(first)}`);
  expectDims('wordVectors', dims);

  const words: string[] = [];
  const maxRows = Math.min(count, limit);
  // No more rows than the rest of the file can hold: a number and its space are two bytes.
  const maxRowsLeft = () => words.length + 1 + Math.floor((source.size - reader.offset) / (2 * dims));
  let data = new Float32Array(Math.min(maxRows, 2 ** 14, maxRowsLeft()) * dims);
  for (; line && words.length < maxRows; line = await reader.readUntil(newline, maxLineBytes), number++) {
    const end = trimmedEnd(line);
    if (end === 0) fail('is empty');
    if ((words.length + 1) * dims > data.length) {
      const larger = new Float32Array(Math.min(maxRows, 2 * (data.length / dims), maxRowsLeft()) * dims);
      larger.set(data);
      data = larger;
    }
    const word = readRow(line, end, data, words.length * dims, dims);
    if (typeof word === 'number') fail(`has ${word} numbers behind its word; ${dims} would fit`);
    else words.push(decoder.decode(line.subarray(0, word.length)));
  }
  if (Number.isFinite(count) && words.length < maxRows)
    throw new ResidualError('vectors', `wordVectors: the file ends after ${words.length} words; it announces ${count}`);
  const scan = createScan('float32', words.length, dims);
  scan.data.set(data.subarray(0, words.length * dims));
  return buildTable('wordVectors', words, dims, scan, undefined);
}

/** The number of runs of spaces inside a line: the number of values after a word without spaces. */
function spacesIn(line: Uint8Array): number {
  let count = 0;
  const end = trimmedEnd(line);
  for (let at = 1; at < end; at++) if (isSpace(line[at]) && !isSpace(line[at - 1])) count++;
  return isSpace(line[0]) ? count - 1 : count;
}

const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === 9;

/** The end of a line without trailing spaces and carriage returns. */
function trimmedEnd(line: Uint8Array): number {
  let end = line.length;
  while (end > 0 && (line[end - 1] === 32 || line[end - 1] === 13)) end--;
  return end;
}

/**
 * Parses the numbers of a line from its end. Returns the byte length of the word, or the number of values if there are
 * too few.
 */
function readRow(
  line: Uint8Array,
  end: number,
  target: Float32Array,
  at: number,
  dims: number,
): { length: number } | number {
  for (let k = dims - 1; k >= 0; k--) {
    let start = end;
    while (start > 0 && !isSpace(line[start - 1])) start--;
    if (start === 0) return dims - 1 - k;
    const value = parseNumber(line, start, end);
    if (value === undefined) return dims - 1 - k;
    target[at + k] = value;
    for (end = start - 1; end > 0 && isSpace(line[end - 1]); ) end--;
  }
  return { length: end };
}
