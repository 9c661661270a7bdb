import { byteLengthOf } from './dtype.js';
import { type LazyTensor, type Metadata, streamSafetensors, type WriteOptions } from './write.js';

/** Settings of `streamSharded`. */
export interface ShardOptions extends WriteOptions {
  /** The most bytes of numbers in a file; a tensor that has more is alone in its file. One file if absent. */
  readonly maxFileBytes?: number | undefined;
}

/** A checkpoint in one file or several. */
export interface ShardedFiles {
  /** The chunks of each file by name: `model.safetensors`, or `model-00001-of-00002.safetensors` and so on. */
  readonly files: ReadonlyMap<string, AsyncIterable<Uint8Array>>;
  /** The text of `model.safetensors.index.json`, which names the file of each tensor; undefined for one file. */
  readonly index: string | undefined;
}

/**
 * Writes tensors in one file or several, in the order given, as chunks of at most 16 MiB, with the names that Hugging
 * Face transformers gives the files. Errors as `streamSafetensors`.
 */
export function streamSharded(
  tensors: ReadonlyMap<string, LazyTensor>,
  metadata?: Metadata,
  { maxFileBytes = Infinity, order = 'given' }: ShardOptions = {},
): ShardedFiles {
  const shards = split(tensors, maxFileBytes);
  const isOne = shards.length === 1;
  const five = (number: number) => `${number}`.padStart(5, '0');
  const nameOf = (i: number) =>
    isOne ? 'model.safetensors' : `model-${five(i + 1)}-of-${five(shards.length)}.safetensors`;
  const files = new Map(shards.map((shard, i) => [nameOf(i), streamSafetensors(shard, metadata, { order })]));
  if (isOne) return { files, index: undefined };
  const totalSize = [...tensors].reduce((sum, [name, { dtype, shape }]) => sum + byteLengthOf(name, dtype, shape), 0);
  const weightMap = Object.fromEntries(shards.flatMap((shard, i) => [...shard.keys()].map(name => [name, nameOf(i)])));
  const index = { metadata: { total_size: totalSize }, weight_map: weightMap };
  return { files, index: `${JSON.stringify(index, null, 2)}\n` };
}

/** Tensors in order, in parts of at most some bytes. */
function split(tensors: ReadonlyMap<string, LazyTensor>, maxBytes: number): Map<string, LazyTensor>[] {
  const shards: Map<string, LazyTensor>[] = [new Map()];
  let bytes = 0;
  for (const [name, tensor] of tensors) {
    const own = byteLengthOf(name, tensor.dtype, tensor.shape);
    if (bytes > 0 && bytes + own > maxBytes) {
      shards.push(new Map());
      bytes = 0;
    }
    shards.at(-1)!.set(name, tensor);
    bytes += own;
  }
  return shards;
}
