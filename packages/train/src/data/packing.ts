import { expectOptions, ResidualError } from '@residual/tensor';
import type { Batches } from '../loop/batches.js';
import { shuffledOrder } from './shuffle.js';
import { ignored, type TokenBatch } from './token-batch.js';

/** Token ids of one document. */
export type Document = ArrayLike<number>;

/** Documents: a list, or a function that opens them anew, such as a file that is read line by line. */
export type Documents = readonly Document[] | (() => AsyncIterable<Document> | Iterable<Document>);

/** Settings of `packed`. */
export interface PackingOptions {
  /** Tokens in a row. */
  readonly length: number;
  /** Rows in a batch. */
  readonly batch: number;
  /** The id that is put after each document. */
  readonly end?: number | undefined;
  /** Whether documents that share a row are kept apart: they do not see each other and each begins at position 0. True if absent. */
  readonly apart?: boolean;
  /** Shuffles a list anew for each round, and a stream within `within` documents; in their order if absent. */
  readonly shuffle?: { readonly seed: number; readonly within?: number } | undefined;
  /** How often the documents are gone through; without end if absent. */
  readonly rounds?: number;
}

/**
 * Documents packed into rows of one length without padding: a document that does not fit goes on in the next row, and its last token here still predicts the
 * first there. Only the last batch of the last round may have fewer rows, and its last row padding. Batches are found again by their position.
 */
export function packed(documents: Documents, options: PackingOptions): Batches<TokenBatch> {
  expectOptions('packed', options, { length: 1, batch: 1, end: 0, apart: 0, shuffle: 0, rounds: 0 });
  if (options.shuffle) expectOptions('packed: shuffle', options.shuffle, { seed: 1, within: 0 });
  const { length, batch } = options;
  for (const [name, value] of Object.entries({ length, batch }))
    if (!(Number.isInteger(value) && value > 0))
      throw new ResidualError('range', `packed: ${name} is ${value}; it must be a whole number above 0`);
  return {
    from: async function* (position) {
      let at = 0;
      for await (const made of batchesOf(documents, options)) if (at++ >= position) yield made;
    },
  };
}

async function* batchesOf(documents: Documents, options: PackingOptions): AsyncGenerator<TokenBatch> {
  const { length, batch, end, apart = true } = options;
  const size = batch * length;
  let room = emptyBatch(size);
  let [filled, number] = [0, 0];
  const finished = (): TokenBatch => {
    const rows = Math.ceil(filled / length);
    const take = (values: Int32Array) => values.slice(0, rows * length);
    const made = { rows, length, ids: take(room.ids), labels: take(room.labels) };
    return apart ? { ...made, documents: take(room.documents), places: take(room.places) } : made;
  };
  let before: number | undefined; // where the last token of the document before stands, without `apart`
  for await (const document of rounds(documents, options)) {
    const tokens = end === undefined ? document : [...Array.from(document), end];
    number++;
    let place = 0;
    for (let i = 0; i < tokens.length; i++) {
      if (!apart && before !== undefined) room.labels[before] = tokens[i]!;
      if (filled === size) {
        yield finished();
        room = emptyBatch(size);
        filled = 0;
        before = undefined;
      }
      if (filled % length === 0) place = 0; // what stands in the row before cannot be seen
      room.ids[filled] = tokens[i]!;
      room.labels[filled] = tokens[i + 1] ?? ignored;
      room.documents[filled] = number;
      room.places[filled] = place++;
      before = i + 1 < tokens.length ? undefined : filled;
      filled++;
    }
  }
  if (filled > 0) yield finished();
}

/** Padding belongs to document 0, predicts nothing and is seen by nobody else. */
function emptyBatch(size: number) {
  const make = () => new Int32Array(size);
  return { ids: make(), labels: make().fill(ignored), documents: make(), places: make() };
}

async function* rounds(documents: Documents, options: PackingOptions): AsyncGenerator<Document> {
  const { shuffle, rounds = Number.POSITIVE_INFINITY } = options;
  for (let round = 0; round < rounds; round++) {
    let any = false;
    for await (const document of oneRound(documents, shuffle, round)) {
      any ||= document.length > 0;
      yield document;
    }
    if (!any) return;
  }
}

async function* oneRound(
  documents: Documents,
  shuffle: PackingOptions['shuffle'],
  round: number,
): AsyncGenerator<Document> {
  if (typeof documents === 'function') yield* shuffle ? withinBuffer(documents(), shuffle, round) : documents();
  else if (!shuffle) yield* documents;
  else for (const i of shuffledOrder(documents.length, { seed: shuffle.seed, round })) yield documents[i]!;
}

/** Fills a buffer, gives it in another order, and so on. */
async function* withinBuffer(
  stream: AsyncIterable<Document> | Iterable<Document>,
  { seed, within = 1000 }: { readonly seed: number; readonly within?: number },
  round: number,
): AsyncGenerator<Document> {
  let buffer: Document[] = [];
  let count = 0;
  const mixed = () => {
    const order = shuffledOrder(buffer.length, { seed, round: round * 0x10000 + count++ });
    const given = Array.from(order, i => buffer[i]!);
    buffer = [];
    return given;
  };
  for await (const document of stream) if (buffer.push(document) === within) yield* mixed();
  yield* mixed();
}
