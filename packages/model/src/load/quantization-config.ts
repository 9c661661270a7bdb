import type { Config } from '@residual/families';
import type { CheckpointFile } from './checkpoint-tensors.js';

/** The method in `quantization_config` of checkpoints with matrices in groups of 8 or 4 bits. */
const quantMethod = 'residual';

/** The `quantization_config` of a file: how its matrices are stored; undefined if none is in groups. */
export function quantizationOf({ tensors }: CheckpointFile): Config | undefined {
  const counts = { int8: 0, int4: 0 };
  for (const [name, { shape }] of tensors) {
    if (!name.endsWith('.quants')) continue;
    const scales = tensors.get(`${name.slice(0, -'.quants'.length)}.scales`);
    if (scales) counts[shape[1] === 32 * scales.shape[1]! ? 'int8' : 'int4']++;
  }
  if (counts.int8 + counts.int4 === 0) return undefined;
  const form = counts.int8 > counts.int4 ? 'int8' : 'int4';
  return { quant_method: quantMethod, form, group_size: 32 };
}

/** A config without the `quantization_config` of this library, and whether it had one. */
export function withoutQuantization(config: Config): { readonly config: Config; readonly isQuantized: boolean } {
  const { quantization_config: quantization, ...rest } = config;
  const isQuantized = (quantization as Config | undefined)?.quant_method === quantMethod;
  return isQuantized ? { config: rest, isQuantized } : { config, isQuantized };
}
