import { ResidualError } from '@residual/base';
import { explain, listNames, quote, refuse } from './errors.js';
import { type Header, readHeader, type TensorEntry } from './header.js';
import { type Safetensors, safetensorsOf } from './open.js';
import type { ReadOptions, Source } from './source.js';

/** The number of shards that are opened at the same time. */
const maxOpenShards = 8;

/**
 * Opens a sharded model: checks the text of its index (`model.safetensors.index.json`) and reads the header of each
 * shard, but no data. `open` is called once for each shard with a plain file name; names that could leave the folder
 * are refused. Errors with code `index` if index and shards disagree; the message names the tensors. Format:
 * https://huggingface.co/docs/transformers/big_models#shard-metadata
 */
export async function openSharded(
  index: string,
  open: (fileName: string) => Source | Promise<Source>,
  options?: ReadOptions,
): Promise<Safetensors> {
  const weightMap = explain('index', 'openSharded', () => readIndex(index));
  const names = [...new Set(weightMap.values())];
  const shards: (Header & { readonly fileName: string })[] = [];
  const queue = names.entries(); // shared by all that open
  const openNext = async (): Promise<void> => {
    for (const [i, fileName] of queue) {
      try {
        shards[i] = { fileName, ...(await readHeader(await open(fileName), options)) };
      } catch (cause) {
        for (const _ of queue); // the others are not opened
        options?.signal?.throwIfAborted();
        throw new ResidualError('index', `openSharded: shard ${quote(fileName)}: ${(cause as Error).message}`, {
          cause,
        });
      }
    }
  };
  await Promise.all(Array.from({ length: maxOpenShards }, openNext));

  const tensors = new Map<string, TensorEntry>();
  const missing = new Set(Array.from(weightMap, ([name, fileName]) => `${fileName}: ${name}`));
  const unlisted: string[] = [];
  for (const shard of shards) {
    for (const [name, entry] of shard.tensors) {
      const label = `${shard.fileName}: ${name}`;
      if (missing.delete(label)) tensors.set(name, entry);
      else unlisted.push(label);
    }
  }
  if (missing.size + unlisted.length > 0) {
    const text = `openSharded: listed but missing ${listNames(missing)}; not listed ${listNames(unlisted)}`;
    throw new ResidualError('index', text);
  }
  return safetensorsOf({ metadata: Object.assign({}, ...shards.map(shard => shard.metadata)), tensors });
}

/** The file name of each tensor, from the `weight_map` of an index. */
function readIndex(index: string): Map<string, string> {
  const weightMap = new Map<string, string>(Object.entries(JSON.parse(index)?.weight_map ?? {}));
  if (weightMap.size === 0) refuse('the weight_map is empty');
  for (const fileName of weightMap.values()) {
    // No folder, drive, escape, query or fragment, and no name of dots only.
    const plain = typeof fileName === 'string' && /^(?!\.*$)[^\p{C}/\\:%?#]+$/u.test(fileName);
    if (!plain) refuse(`shard ${quote(`${fileName}`)} is not a plain file name`);
  }
  return weightMap;
}
