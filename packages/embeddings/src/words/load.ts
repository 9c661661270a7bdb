import { ResidualError } from '@residual/base';
import { blobSource, bytesSource, type Source } from '@residual/safetensors';
import { openLocation, openUrls } from '#words-platform';
import { readSafetensors } from './read-safetensors.js';
import { readText } from './read-text.js';
import { readBinary } from './read-word2vec.js';
import type { WordVectors } from './table.js';

/** A file's bytes: in memory, a `Blob` or dropped `File`, or a source of `@residual/safetensors` that is read in ranges. */
export type Bytes = Uint8Array | ArrayBuffer | Blob | Source;

/** Words in the order of the rows, or the text of a file of them: a JSON list, a JSON object from word to row, or one word a line. */
export type Vocabulary = readonly string[] | string;

/** URLs of files by name, as a data package exports them; the addresses may have any names. */
export type FileUrls = Readonly<Record<string, string | URL>>;

/** The files of vectors themselves. */
export type StoredVectors =
  | { readonly safetensors: Bytes; readonly vocab: Vocabulary }
  | { readonly word2vec: Bytes; readonly binary?: boolean }
  | { readonly glove: Bytes };

/**
 * Where vectors are: a folder with one `.safetensors` file and `vocab.json`, or a file named `.safetensors`, `.bin` (word2vec), `.txt` or `.vec` (word2vec or
 * GloVe text), by path or URL; URLs of such files by name; or the files themselves.
 */
export type VectorSource = string | URL | FileUrls | StoredVectors;

/** Settings of `wordVectors`. */
export interface WordVectorsOptions {
  /** Only so many words from the beginning, the most frequent ones in the usual files; all if absent. */
  readonly limit?: number;
  /** Name of the tensor with the vectors; if absent `embedding.weight`, or the only matrix that there is. */
  readonly tensor?: string;
  /** Ends the reading; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as bytes are read. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Reads a table of word vectors: safetensors in float32, float16, bfloat16 or int8 with a scale by row; word2vec's text and binary form; GloVe's text. Errors:
 * files that are cut or broken, a vocabulary whose length differs from the table, numbers that are not finite, words that come twice.
 */
export async function wordVectors(source: VectorSource, options: WordVectorsOptions = {}): Promise<WordVectors> {
  const { limit, signal } = options;
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0))
    throw new ResidualError('option', `wordVectors: limit is ${limit}; it must be a whole number from 1 on`);
  signal?.throwIfAborted();
  if (typeof source === 'string' || source instanceof URL)
    return wordVectors(await openLocation(source, options), options);
  if (!isStored(source)) return wordVectors(await openUrls(source, options), options);
  if ('safetensors' in source) return readSafetensors(sourceOf(source.safetensors), source.vocab, options);
  if ('glove' in source) return readText(sourceOf(source.glove), 'glove', options);
  if (source.binary) return readBinary(sourceOf(source.word2vec), options);
  return readText(sourceOf(source.word2vec), 'word2vec', options);
}

function isStored(source: FileUrls | StoredVectors): source is StoredVectors {
  return 'safetensors' in source || 'word2vec' in source || 'glove' in source;
}

function sourceOf(bytes: Bytes): Source {
  if (bytes instanceof Uint8Array || bytes instanceof ArrayBuffer) return bytesSource(bytes);
  return 'read' in bytes ? bytes : blobSource(bytes);
}
