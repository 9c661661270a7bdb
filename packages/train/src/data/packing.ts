import { expectOptions } from '@residual/tensor';
import type { Batches } from '../loop/batches.js';
import { expectCounts } from '../numbers.js';
import { shuffledOrder } from './shuffle.js';
import { ignoreIndex, type TokenBatch } from './token-batch.js';

/** The token ids of one document. */
export type Document = ArrayLike<number>;

/** Documents: a list, or a function that opens a new stream of them, such as a file read line by line. */
export type Documents = readonly Document[] | (() => AsyncIterable<Document> | Iterable<Document>);

/** Settings of `packDocuments`. */
export interface PackingOptions {
  /** The length of a sequence in tokens. */
  readonly length: number;
  /** The number of sequences in a batch. */
  readonly batch: number;
  /** The id that is appended to each document; none if absent. */
  readonly eosTokenId?: number | undefined;
  /**
   * Whether documents in the same sequence do not attend to each other, and each starts at position 0; true if absent.
   */
  readonly blockDiagonal?: boolean;
  /**
   * Shuffles a list in each epoch, and a stream within a buffer of `bufferSize` documents (1,000 if absent); the order
   * is kept if absent.
   */
  readonly shuffle?: { readonly seed: number; readonly bufferSize?: number } | undefined;
  /** The number of passes over the documents; unlimited if absent. */
  readonly epochs?: number;
}

/**
 * Packs documents into sequences of one length without padding. A document that does not fit continues in the next
 * sequence, and its last token still predicts the first token there. Only the last batch of the last epoch may have
 * fewer sequences, and padding in the last one. Batches can be read from any position.
 */
export function packDocuments(documents: Documents, options: PackingOptions): Batches<TokenBatch> {
  expectOptions('packDocuments', options, {
    length: 1,
    batch: 1,
    eosTokenId: 0,
    blockDiagonal: 0,
    shuffle: 0,
    epochs: 0,
  });
  if (options.shuffle) expectOptions('packDocuments: shuffle', options.shuffle, { seed: 1, bufferSize: 0 });
  const { length, batch } = options;
  expectCounts('packDocuments', { length, batch });
  return {
    from: async function* (position) {
      let at = 0;
      for await (const result of batchesOf(documents, options)) if (at++ >= position) yield result;
    },
  };
}

async function* batchesOf(documents: Documents, options: PackingOptions): AsyncGenerator<TokenBatch> {
  const { length, batch, eosTokenId, blockDiagonal = true } = options;
  const size = batch * length;
  let buffer = emptyBatch(size);
  let [filled, documentId] = [0, 0];
  const finishBatch = (): TokenBatch => {
    const sequences = Math.ceil(filled / length);
    const take = (values: Int32Array) => values.slice(0, sequences * length);
    const result = { sequences, length, ids: take(buffer.ids), labels: take(buffer.labels) };
    return blockDiagonal
      ? { ...result, documentIds: take(buffer.documentIds), positionIds: take(buffer.positionIds) }
      : result;
  };
  let previousEnd: number | undefined; // the index of the previous document's last token, if `blockDiagonal` is false
  for await (const document of documentsOfEpochs(documents, options)) {
    const tokens = eosTokenId === undefined ? document : [...Array.from(document), eosTokenId];
    documentId++;
    let positionId = 0;
    for (let i = 0; i < tokens.length; i++) {
      if (!blockDiagonal && previousEnd !== undefined) buffer.labels[previousEnd] = tokens[i]!;
      if (filled === size) {
        yield finishBatch();
        buffer = emptyBatch(size);
        filled = 0;
        previousEnd = undefined;
      }
      if (filled % length === 0) positionId = 0; // the previous sequence is not visible
      buffer.ids[filled] = tokens[i]!;
      buffer.labels[filled] = tokens[i + 1] ?? ignoreIndex;
      buffer.documentIds[filled] = documentId;
      buffer.positionIds[filled] = positionId++;
      previousEnd = i + 1 < tokens.length ? undefined : filled;
      filled++;
    }
  }
  if (filled > 0) yield finishBatch();
}

/** Padding belongs to document 0, has no labels, and no other token attends to it. */
function emptyBatch(size: number) {
  const make = () => new Int32Array(size);
  return { ids: make(), labels: make().fill(ignoreIndex), documentIds: make(), positionIds: make() };
}

async function* documentsOfEpochs(documents: Documents, options: PackingOptions): AsyncGenerator<Document> {
  const { shuffle, epochs = Number.POSITIVE_INFINITY } = options;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let any = false;
    for await (const document of documentsOfEpoch(documents, shuffle, epoch)) {
      any ||= document.length > 0;
      yield document;
    }
    if (!any) return;
  }
}

async function* documentsOfEpoch(
  documents: Documents,
  shuffle: PackingOptions['shuffle'],
  epoch: number,
): AsyncGenerator<Document> {
  if (typeof documents === 'function') yield* shuffle ? shuffleBuffer(documents(), shuffle, epoch) : documents();
  else if (!shuffle) yield* documents;
  else for (const i of shuffledOrder(documents.length, { seed: shuffle.seed, epoch })) yield documents[i]!;
}

/** Yields a stream in random order within a buffer that is filled and emptied. */
async function* shuffleBuffer(
  stream: AsyncIterable<Document> | Iterable<Document>,
  { seed, bufferSize = 1000 }: { readonly seed: number; readonly bufferSize?: number },
  epoch: number,
): AsyncGenerator<Document> {
  let buffer: Document[] = [];
  let count = 0;
  const drain = () => {
    const order = shuffledOrder(buffer.length, { seed, epoch: epoch * 0x10000 + count++ });
    const shuffled = Array.from(order, i => buffer[i]!);
    buffer = [];
    return shuffled;
  };
  for await (const document of stream) if (buffer.push(document) === bufferSize) yield* drain();
  yield* drain();
}
