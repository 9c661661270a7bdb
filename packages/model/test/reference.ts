import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { uniformValues } from '@residual/tensor';
import { type Fields, type Forward, lossOf, type NamedWeights, type Weight } from '../../families/test/reference.js';
import { gpt2Reference, gpt2Shapes } from '../../families/test/reference-gpt2.js';
import { llamaReference, llamaShapes } from '../../families/test/reference-llama.js';

export * from '../../families/test/reference.js';

/** The float64 reference model of a config. */
export const referenceOf = (config: Fields, weights: NamedWeights): Forward =>
  config.model_type === 'gpt2' ? gpt2Reference(config, weights) : llamaReference(config, weights);

/** Weights of a config, each large enough to matter, exact in float32. */
export const weightsOf = (config: Fields, seed: number): NamedWeights => {
  const shapes = config.model_type === 'gpt2' ? gpt2Shapes(config) : llamaShapes(config);
  return Object.fromEntries(
    Object.entries(shapes).map(([name, shape]) => {
      const size = shape.reduce((product, n) => product * n, 1);
      const middle = /(ln_\w+|norm)\.weight$/.test(name) ? 1 : 0;
      const spread = shape.length === 1 || /wpe/.test(name) ? 0.5 : 0.8;
      const values = Float32Array.from(uniformValues(seed, name, size), value => middle + spread * (2 * value - 1));
      return [name, { shape, values: Float64Array.from(values) }];
    }),
  );
};

/** The derivative of the loss over `ids` with respect to one entry of a weight, by central differences. */
export const slopeOf = (
  config: Fields,
  weights: NamedWeights,
  ids: readonly number[],
  name: string,
  index: number,
): number => {
  const step = 1e-5;
  const lossAt = (change: number) => {
    const values = Float64Array.from(weights[name]!.values);
    values[index]! += change;
    return lossOf(referenceOf(config, { ...weights, [name]: { ...weights[name]!, values } }), ids);
  };
  return (lossAt(step) - lossAt(-step)) / (2 * step);
};

/** `count` whole numbers from 0 to below `end`. */
export const idsOf = (seed: number, count: number, end: number): number[] =>
  Array.from(uniformValues(seed, 'ids', count), value => Math.floor(value * end));

/** The weights of a safetensors file in float64. */
export const namedFrom = async (bytes: Uint8Array): Promise<NamedWeights> => {
  const file = await openSafetensors(bytesSource(bytes));
  const read = async (name: string): Promise<[string, Weight]> => {
    const { shape, data } = await file.readFloat32(name);
    return [name, { shape, values: Float64Array.from(data) }];
  };
  return Object.fromEntries(await Promise.all([...file.tensors.keys()].map(read)));
};

/** A safetensors file of 32-bit floats. */
export const fileOf = (weights: NamedWeights): Uint8Array =>
  writeSafetensors(
    Object.fromEntries(
      Object.entries(weights).map(([name, { shape, values }]) => [
        name,
        { dtype: 'F32' as const, shape, data: Float32Array.from(values) },
      ]),
    ),
  );

/** The bytes of a JSON file. */
export const jsonFile = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** Golden inputs of a checkpoint: ids and, if given, a mask, [batch, length] each. */
export const inputsFile = (ids: readonly (readonly number[])[], mask?: readonly (readonly number[])[]): Uint8Array => {
  const matrix = (rows: readonly (readonly number[])[]) => ({
    dtype: 'I32' as const,
    shape: [rows.length, rows[0]!.length],
    data: Int32Array.from(rows.flat()),
  });
  return writeSafetensors({ input_ids: matrix(ids), ...(mask && { attention_mask: matrix(mask) }) });
};
