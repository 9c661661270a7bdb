import { configText, toCheckpoint, updateConfigText, withComputedTensors } from '@residual/families';
import { flatten, type HasNeeds } from '@residual/layers';
import { float32ToBfloat16, float32ToFloat16, type StoredTensor, writeSafetensors } from '@residual/safetensors';
import { expectOptions, type Matrix, matrixValues, ResidualError } from '@residual/tensor';
import type { LoadedModel } from '../loaded-model.js';

/** The options of `save`. */
export interface SaveModelOptions {
  /** The type of the stored weights, default `float32`. The others take half the bytes and round. */
  readonly dtype?: 'float32' | 'float16' | 'bfloat16';
}

/** The files of a checkpoint by name, as the reference writes them. Throws if a weight is too large for the dtype. */
export async function checkpointFiles(
  { parts, weights }: LoadedModel,
  options: SaveModelOptions,
): Promise<Map<string, Uint8Array<ArrayBuffer>>> {
  expectOptions('save', options, { dtype: 0 });
  const { family, config, texts, tokenizerFiles = [] } = parts;
  const layer = parts.composition.model;
  const { dtype = 'float32' } = options;
  if (!Object.hasOwn(encodings, dtype))
    throw new ResidualError(
      'option',
      `save: dtype is ${JSON.stringify(dtype)}; it can be ${Object.keys(encodings).join(', ')}`,
    );
  const leaves = flatten(layer as HasNeeds<unknown>, weights as never);
  const read = (path: string) => matrixValues(leaves.get(path) as Matrix);
  const arrays = withComputedTensors(family, layer, await toCheckpoint(family, layer, read));
  const tensors = new Map<string, StoredTensor>();
  for (const [name, { shape, values }] of arrays) {
    tensors.set(name, encodings[dtype](name, shape, values));
    arrays.delete(name); // only one weight at a time is in memory in both types
  }
  const changes = { architectures: [family.architectures[0]], dtype, torch_dtype: undefined };
  const allTexts = { ...texts, 'config.json': updateConfigText(texts['config.json'] ?? configText(config), changes) };
  return new Map<string, Uint8Array<ArrayBuffer>>([
    ...[...tokenizerFiles].map(([name, bytes]) => [name, bytes.slice()] as const),
    ...Object.entries(allTexts).map(([name, text]) => [name, new TextEncoder().encode(text)] as const),
    ['model.safetensors', writeSafetensors(tensors, { format: 'pt' })],
  ]);
}

/** Encodes the values of a tensor in a dtype. Throws if one becomes infinite. */
type Encode = (name: string, shape: readonly number[], values: Float32Array) => StoredTensor;

const encodings: Readonly<Record<'float32' | 'float16' | 'bfloat16', Encode>> = {
  float32: (_, shape, data) => ({ dtype: 'F32', shape, data }),
  float16: (name, shape, values) => {
    const data = float32ToFloat16(values);
    expectFinite(name, values, index => (data[index]! & 0x7fff) < 0x7c00, 'float16', 65504);
    return { dtype: 'F16', shape, data };
  },
  bfloat16: (name, shape, values) => {
    const data = float32ToBfloat16(values);
    expectFinite(name, values, index => (data[index]! & 0x7fff) < 0x7f80, 'bfloat16', 3.3895e38);
    return { dtype: 'BF16', shape, data };
  },
};

/** Throws if a finite number becomes infinite by rounding. */
function expectFinite(
  name: string,
  values: Float32Array,
  staysFinite: (index: number) => boolean,
  dtype: string,
  largest: number,
): void {
  const index = values.findIndex((value, i) => Number.isFinite(value) && !staysFinite(i));
  if (index < 0) return;
  throw new ResidualError('range', `save: ${name} holds ${values[index]} at ${index}; ${dtype} reaches to ${largest}`);
}
