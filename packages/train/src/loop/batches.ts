import { ResidualError } from '@residual/tensor';

/** Batches that can be read from any position, so that a resumed run continues where it stopped. */
export interface Batches<Batch> {
  /** The batches from `position` (counted from 0) to the end of the data, which may be endless. */
  readonly from: (position: number) => AsyncIterable<Batch> | Iterable<Batch>;
}

/** A stream of batches, which is read once. */
export type BatchStream<Batch> = AsyncIterable<Batch> | (Iterable<Batch> & Iterator<Batch>);

/**
 * A source of batches: a list, which is repeated; an iterable or async iterable, such as a generator; a function from
 * the position to a batch; a function that returns a generator; or `Batches`.
 *
 * A resumed run skips the batches that it has read. A function with a parameter gets the position, and a generator that
 * it returns starts there.
 */
export type BatchSource<Batch> =
  | readonly Batch[]
  | Iterable<Batch>
  | AsyncIterable<Batch>
  | ((position: number) => NoInfer<BatchStream<Batch>> | Batch | Promise<Batch>)
  | Batches<Batch>;

/** Batches for one pass: a list, an iterable or async iterable, a function that returns one, or `Batches`. */
export type FiniteBatches<Batch, Argument = void> =
  | Iterable<Batch>
  | AsyncIterable<Batch>
  | ((argument: Argument) => AsyncIterable<Batch> | Iterable<Batch>)
  | Batches<Batch>;

/** The batches of a source from a position. Errors if there are none, or if it is not a source of batches. */
export async function* batchesFrom<Batch>(source: BatchSource<Batch>, position: number): AsyncGenerator<Batch, void> {
  if (Array.isArray(source)) {
    if (source.length === 0) throw new ResidualError('data', `train: the list of batches is empty`);
    for (let at = position; ; at++) yield source[at % source.length]!;
  }
  let stream: AsyncIterable<Batch> | Iterable<Batch>;
  let skip = 0;
  if (typeof source === 'function') {
    const first = await source(position);
    if (!isStream<Batch>(first)) {
      yield first as Batch;
      for (let at = position + 1; ; at++) yield (await source(at)) as Batch;
    }
    stream = first;
    if (source.length === 0) skip = position;
  } else if (isSeekable<Batch>(source)) stream = source.from(position);
  else if (isIterable<Batch>(source)) [stream, skip] = [source, position];
  else throw noBatches('train', source);
  let any = false;
  for await (const batch of stream) {
    any = true;
    if (skip-- <= 0) yield batch;
  }
  if (!any && position === 0)
    throw new ResidualError('data', 'train: the data gave no batch at position 0; is it empty?');
}

/** An iterable of batches for one pass. Errors if `source` is none. */
export function iterateOnce<Batch, Argument>(
  name: string,
  source: FiniteBatches<Batch, Argument>,
  argument: Argument,
): AsyncIterable<Batch> | Iterable<Batch> {
  const batches = typeof source === 'function' ? source(argument) : source;
  if (isSeekable<Batch>(batches)) return batches.from(0);
  if (isIterable<Batch>(batches)) return batches;
  throw noBatches(name, batches);
}

function noBatches(name: string, value: unknown): ResidualError {
  const what = isThenable(value)
    ? 'a promise; await it first'
    : typeof value === 'object'
      ? `${value}`
      : JSON.stringify(value);
  return new ResidualError(
    'data',
    `${name}: batches are ${what}; they may be a list, anything that can be iterated, also asynchronously, a ` +
      'function that gives such, or have from(position)',
  );
}

function isSeekable<Batch>(source: unknown): source is Batches<Batch> {
  return typeof source === 'object' && source !== null && 'from' in source && typeof source.from === 'function';
}

function isIterable<Batch>(source: unknown): source is AsyncIterable<Batch> | Iterable<Batch> {
  return typeof source === 'object' && source !== null && (Symbol.asyncIterator in source || Symbol.iterator in source);
}

/** Whether a function returned a stream of batches, not one batch, which may be a list of tensors. */
function isStream<Batch>(value: unknown): value is BatchStream<Batch> {
  return isIterable(value) && (Symbol.asyncIterator in value || 'next' in value);
}

/** Whether a value is a promise. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
