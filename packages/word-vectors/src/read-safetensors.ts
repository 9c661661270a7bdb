import { firstFew, ResidualError, showValue } from '@residual/base';
import { openSafetensors, type Safetensors, type Source } from '@residual/safetensors';
import type { Vocabulary, WordVectorsOptions } from './load.js';
import { withProgress } from './progress.js';
import { createScan } from './scan.js';
import { buildTable, expectDims, type WordVectors } from './table.js';

/** Reads a safetensors file: vectors [words, dims] and, for int8, `embedding.scale` [words, 1] or [words]. */
export async function readSafetensors(
  source: Source,
  vocab: Vocabulary,
  { limit = Number.POSITIVE_INFINITY, tensor, signal, onProgress }: WordVectorsOptions,
): Promise<WordVectors> {
  const file = await openSafetensors(withProgress(source, onProgress), { signal });
  const name = tensor ?? matrixOf(file);
  const info = file.tensors.get(name);
  if (!info) refuse(`there is no tensor ${showValue(name)} among ${firstFew(file.tensors.keys())}`);
  const [count = 0, dims = 0] = info.shape;
  if (info.shape.length !== 2 || count === 0 || dims === 0)
    refuse(`${name} is [${info.shape}]; it must be [words, dims], neither of them 0`);
  expectDims('wordVectors', dims);
  const words = wordsOf(vocab);
  if (words.length !== count)
    refuse(`${name} has ${count} rows, the vocabulary ${words.length} words; they must be equally many`);
  const rows = Math.min(limit, count);
  const scan = createScan(info.dtype === 'I8' ? 'int8' : 'float32', rows, dims);
  let scale: Float32Array | undefined;
  if (info.dtype === 'I8') {
    scan.data.set(((await file.read(name, { signal })).data as Int8Array).subarray(0, rows * dims));
    scale = (await scaleOf(file, name, count, signal)).subarray(0, rows);
  } else if (['F32', 'F16', 'BF16', 'F64'].includes(info.dtype))
    scan.data.set((await file.readFloat32(name, { signal })).data.subarray(0, rows * dims));
  else refuse(`${name} is ${info.dtype}; F32, F16, BF16, F64 and I8 can be read`);
  return buildTable('wordVectors', words.slice(0, rows), dims, scan, scale);
}

function matrixOf({ tensors }: Safetensors): string {
  if (tensors.has('embedding.weight')) return 'embedding.weight';
  const matrices = [...tensors].filter(([name, { shape }]) => shape.length === 2 && !name.endsWith('.scale'));
  if (matrices.length === 1) return matrices[0]![0];
  return refuse(
    `there is no embedding.weight among ${firstFew(tensors.keys()) || 'no tensors'}; name the table with the ` +
      'option tensor',
  );
}

async function scaleOf(
  file: Safetensors,
  name: string,
  count: number,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const scaleName = `${name.replace(/\.weight$/, '')}.scale`;
  const shape = file.tensors.get(scaleName)?.shape;
  if (!shape) refuse(`${name} is int8 and there is no ${scaleName} [${count}, 1] beside it`);
  if (shape[0] !== count || shape.slice(1).some(length => length !== 1) || shape.length > 2)
    refuse(`${scaleName} is [${shape}]; the ${count} int8 rows need [${count}, 1]`);
  return (await file.readFloat32(scaleName, { signal })).data;
}

/** The words of a vocabulary in any of its formats. */
export function wordsOf(vocab: Vocabulary): readonly string[] {
  if (Array.isArray(vocab)) return vocab;
  if (typeof vocab !== 'string')
    return refuse(`the vocabulary is ${showValue(vocab)}; a list of words or the text of a file of them would fit`);
  if (!/^\s*[[{]/.test(vocab)) return vocab.replace(/\r?\n$/, '').split(/\r?\n/);
  let parsed: unknown;
  try {
    parsed = JSON.parse(vocab);
  } catch (cause) {
    throw new ResidualError('vectors', `wordVectors: the vocabulary is no JSON: ${(cause as Error).message}`, {
      cause,
    });
  }
  if (Array.isArray(parsed)) return parsed;
  const entries = Object.entries(parsed as Record<string, unknown>);
  const words: (string | undefined)[] = Array.from({ length: entries.length });
  for (const [word, row] of entries) {
    if (typeof row !== 'number' || !Number.isInteger(row) || row < 0)
      refuse(`the vocabulary gives ${showValue(word)} the row ${showValue(row)}; a row is a whole number from 0 on`);
    if (row >= entries.length)
      refuse(
        `the vocabulary gives ${showValue(word)} the row ${row}; its ${entries.length} words have rows 0 to ` +
          `${entries.length - 1}`,
      );
    if (words[row] !== undefined)
      refuse(`the vocabulary gives row ${row} to ${showValue(words[row])} and ${showValue(word)}`);
    words[row] = word;
  }
  return words as string[];
}

function refuse(what: string): never {
  throw new ResidualError('vectors', `wordVectors: ${what}`);
}
