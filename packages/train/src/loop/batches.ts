import { ResidualError } from '@residual/tensor';

/** Batches that can be read from any position on: a run that resumes goes on where it stopped. */
export interface Batches<Batch> {
  /** The batches from number `position` (from 0) on; they end where the data ends, or never. */
  readonly from: (position: number) => AsyncIterable<Batch> | Iterable<Batch>;
}

/** Where batches come from: a list, gone through again and again; a function of the position; or batches that can be read from any position on. */
export type BatchSource<Batch> = readonly Batch[] | ((position: number) => Batch | Promise<Batch>) | Batches<Batch>;

/** The batches of a source from a position on. Errors where there are none. */
export async function* batchesFrom<Batch>(source: BatchSource<Batch>, position: number): AsyncGenerator<Batch, void> {
  if (typeof source === 'function') for (let at = position; ; at++) yield await source(at);
  if (isList(source)) {
    if (source.length === 0) throw new ResidualError('data', `train: the list of batches is empty`);
    for (let at = position; ; at++) yield source[at % source.length]!;
  }
  let any = false;
  for await (const batch of source.from(position)) {
    any = true;
    yield batch;
  }
  if (!any && position === 0)
    throw new ResidualError('data', 'train: the data gave no batch at position 0; is it empty?');
}

function isList<Batch>(source: BatchSource<Batch>): source is readonly Batch[] {
  return Array.isArray(source);
}
