import type { Config } from '@residual/families';
import type { GroupedForm } from '@residual/layers';
import { groupSize } from '@residual/number-formats';
import { ResidualError, showValue } from '@residual/tensor';
import type { CheckpointFile } from './checkpoint-tensors.js';

/** The method in `quantization_config` of checkpoints with matrices in groups of 8 or 4 bits. */
const quantMethod = 'residual';

/** The `quantization_config` of a file: how its matrices are stored; undefined if none is in groups. */
export function quantizationOf({ tensors }: CheckpointFile): Config | undefined {
  const counts = { int8: 0, int4: 0 };
  for (const [name, { shape }] of tensors) {
    if (!name.endsWith('.quants')) continue;
    const scales = tensors.get(`${name.slice(0, -'.quants'.length)}.scales`);
    if (scales) counts[shape[1] === groupSize * scales.shape[1]! ? 'int8' : 'int4']++;
  }
  if (counts.int8 + counts.int4 === 0) return undefined;
  const form = counts.int8 > counts.int4 ? 'int8' : 'int4';
  return { quant_method: quantMethod, form, group_size: groupSize };
}

/** A config without the `quantization_config` of this library, and the form of most matrices that this named. */
export interface UnquantizedConfig {
  readonly config: Config;
  /** Undefined if there is none, or one of another method, which stays in `config`. */
  readonly form: GroupedForm | undefined;
}

/** Takes the `quantization_config` of this library out of a config. Errors if it names a form that is not known. */
export function withoutQuantization(config: Config): UnquantizedConfig {
  const { quantization_config: quantization, ...rest } = config;
  const { quant_method: method, form, group_size: size } = (quantization ?? {}) as Config;
  if (method !== quantMethod) return { config, form: undefined };
  if ((form === 'int8' || form === 'int4') && size === groupSize) return { config: rest, form };
  const what = `form ${showValue(form)} and group_size ${showValue(size)}`;
  throw new ResidualError(
    'config',
    `loadModel: quantization_config has ${what}; int8 or int4 and ${groupSize} would fit`,
  );
}
