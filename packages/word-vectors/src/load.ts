import { expectInteger } from '@residual/base';
import { blobSource, bytesSource, type Source } from '@residual/safetensors';
import { openLocation, openUrls } from '#word-files';
import { readSafetensors } from './read-safetensors.js';
import { readText } from './read-text.js';
import { readBinary } from './read-word2vec.js';
import type { WordVectors } from './table.js';

/** The bytes of a file: in memory, a `Blob` or `File`, or a source of `@residual/safetensors`. */
export type Bytes = Uint8Array | ArrayBuffer | Blob | Source;

/**
 * Words in row order, or the text of a vocabulary file: a JSON list, a JSON object from word to row, or one word per
 * line.
 */
export type Vocabulary = readonly string[] | string;

/** URLs by file name, as a data package exports them. */
export type FileUrls = Readonly<Record<string, string | URL>>;

/** The files of vectors themselves. */
export type StoredVectors =
  | { readonly safetensors: Bytes; readonly vocab: Vocabulary }
  | { readonly word2vec: Bytes; readonly binary?: boolean }
  | { readonly glove: Bytes };

/**
 * A source of vectors: the path or URL of a folder with one `.safetensors` file and `vocab.json`, or of a file with the
 * extension `.safetensors`, `.bin` (word2vec), `.txt` or `.vec` (word2vec or GloVe text); URLs of such files by name;
 * or the file contents.
 */
export type VectorSource = string | URL | FileUrls | StoredVectors;

/** Settings of `wordVectors`. */
export interface WordVectorsOptions {
  /** Reads only this number of words from the start, usually the most frequent ones; all if absent. */
  readonly limit?: number;
  /** The name of the tensor with the vectors; `embedding.weight`, or the only matrix, if absent. */
  readonly tensor?: string;
  /** Aborts reading; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called as bytes are read. */
  readonly onProgress?: (progress: { readonly done: number; readonly total: number }) => void;
}

/**
 * Reads word vectors: safetensors in float32, float16, bfloat16 or int8 with a scale for each row; word2vec text and
 * binary; GloVe text. Errors: truncated or invalid files, a vocabulary whose length differs from the table, numbers
 * that are not finite, duplicate words.
 */
export async function wordVectors(source: VectorSource, options: WordVectorsOptions = {}): Promise<WordVectors> {
  const { limit, signal } = options;
  if (limit !== undefined) expectInteger('wordVectors', 'limit', limit, { min: 1 });
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
