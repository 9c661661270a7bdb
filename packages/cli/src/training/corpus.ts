import { ResidualError } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import {
  allWindows,
  type BatchSource,
  type Pair,
  packDocuments,
  randomWindows,
  type TokenBatch,
  trainValidationSplit,
} from '@residual/train';
import { grouped } from '../terminal/format.js';
import { type DocumentSplit, documentsOf } from '../text/documents.js';
import { readTexts } from '../text/files.js';

/** Batches for training, and for validation up to a limit. */
export interface Corpus<Batch> {
  readonly batches: BatchSource<Batch>;
  readonly validation: (limit: number) => AsyncIterable<Batch> | Iterable<Batch>;
  /** The size of the corpus as a sentence. */
  readonly summary: string;
}

interface TrainingSplit {
  readonly training: readonly string[];
  readonly validation: readonly string[];
}

interface CorpusShape {
  readonly length: number;
  readonly batch: number;
  readonly seed: number;
  readonly end: number | undefined;
}

/** Settings of a run that say where its texts are and how they are split. */
export interface TextSettings {
  readonly files: readonly string[];
  readonly validationFile?: string;
  readonly documents: DocumentSplit;
  readonly validation: number;
  readonly seed: number;
}

/**
 * Reads texts and splits them into training and validation: by a validation file, or by a share, which of one long text
 * is its end.
 */
export async function readSplit(settings: TextSettings): Promise<TrainingSplit> {
  const { files, validationFile, documents: split, validation: share, seed } = settings;
  const documents = documentsOf(await readTexts('train', files), split);
  if (validationFile !== undefined)
    return { training: documents, validation: documentsOf(await readTexts('train', [validationFile]), split) };
  if (split !== 'none') return trainValidationSplit(documents, { share, seed });
  const whole = documents.join('\n');
  const end = Math.floor(whole.length * (1 - share));
  return { training: [whole.slice(0, end)], validation: [whole.slice(end)] };
}

/** Batches of tokens: random windows of one long text, or packed documents that do not attend to each other. */
export function textCorpus(
  { training, validation }: TrainingSplit,
  tokenizer: Tokenizer,
  split: DocumentSplit,
  shape: CorpusShape,
): Corpus<TokenBatch> {
  const { length, batch, seed, end } = shape;
  const encode = (texts: readonly string[]) => texts.map(text => Int32Array.from(tokenizer.encode(text).ids));
  const [trainingIds, validationIds] = [encode(training), encode(validation)];
  const count = (documents: readonly Int32Array[]) => documents.reduce((sum, { length }) => sum + length, 0);
  const summary = sizeOf('tokens', count(trainingIds), count(validationIds));
  if (split === 'none') {
    const [long, short] = [concatenate(trainingIds), concatenate(validationIds)];
    if (short.length <= length)
      throw new ResidualError(
        'data',
        `train: ${short.length} tokens to validate on are too few for rows of ${length} and the token after them`,
      );
    const windows = [...allWindows(short, { length, batch })];
    return {
      batches: randomWindows(long, { length, batch, seed }),
      validation: limit => evenlySpaced(windows, limit),
      summary,
    };
  }
  const options = { length, batch, eosTokenId: end };
  return {
    batches: packDocuments(trainingIds, { ...options, shuffle: { seed } }),
    validation: limit => firstBatches(packDocuments(validationIds, { ...options, epochs: 1 }).from(0), limit),
    summary,
  };
}

/** The size of a corpus as a sentence. */
export function sizeOf(what: string, training: number, validation: number): string {
  return `${grouped(training)} ${what} to train on, ${grouped(validation)} to validate on`;
}

/** Tab-separated pairs, one on each line; further columns are ignored. Errors name a line without a pair. */
export function pairsOf(texts: readonly string[], files: readonly string[]): [string, string][] {
  return texts.flatMap((text, i) =>
    text.split('\n').flatMap((line, number): [string, string][] => {
      if (line.trim() === '') return [];
      const [source, target] = line.split('\t');
      if (source && target) return [[source, target]];
      throw new ResidualError(
        'data',
        `train: line ${number + 1} of ${files[i]} is no pair: it must be a text, a tab and its translation`,
      );
    }),
  );
}

/** Pairs as token ids; sources and targets end with the id `end`. */
export function encodedPairs(pairs: readonly (readonly [string, string])[], tokenizer: Tokenizer, end: number): Pair[] {
  const ids = (text: string) => {
    const encoded = tokenizer.encode(text).ids;
    return encoded.at(-1) === end ? encoded : [...encoded, end];
  };
  return pairs.map(([source, target]) => ({ source: ids(source), target: ids(target) }));
}

/** The first `limit` batches. */
export async function* firstBatches<Batch>(
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  limit: number,
): AsyncGenerator<Batch> {
  let count = 0;
  for await (const batch of batches) {
    if (count++ === limit) return;
    yield batch;
  }
}

/** At most `limit` items, evenly spaced. */
export function evenlySpaced<Item>(items: readonly Item[], limit: number): Item[] {
  if (items.length <= limit) return [...items];
  return Array.from({ length: limit }, (_, i) => items[Math.floor((i * items.length) / limit)]!);
}

function concatenate(parts: readonly Int32Array[]): Int32Array {
  const whole = new Int32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
