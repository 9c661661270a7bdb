import type { NamedArrays } from '@residual/layers';
import type { Safetensors } from '@residual/safetensors';
import { firstFew, ResidualError } from '@residual/tensor';
import type { FileSettings } from './config.js';
import { type Layout, layouts, type StoredWeight, transposed } from './layouts.js';

/** Factors on stored weights [features]; 1 if absent. */
interface FeatureScales {
  /** On rows of the encoder and on its bias. */
  readonly encoder: Float32Array | undefined;
  /** On columns of the decoder. */
  readonly decoder: Float32Array | undefined;
}

const scalingFactor = 'scaling_factor';
const logThreshold = 'log_threshold';

/**
 * The arrays of a file under our paths, as a layer of these settings needs them. Errors if the file holds factors that
 * the config does not announce.
 */
export async function storedArrays(file: Safetensors, layout: Layout, settings: FileSettings): Promise<NamedArrays> {
  const rows = layouts[layout].map(row => ({ ...row, name: nameIn(file, row) }));
  const byPath = new Map(rows.map(row => [row.path, row]));
  const pathByName = new Map(rows.map(({ path, name }) => [name, path]));
  const names = [...file.tensors.keys()].filter(name => name !== scalingFactor);
  const unknown = names.filter(name => !pathByName.has(name));
  if (unknown.length > 0)
    throw new ResidualError(
      'load',
      `loadSparseAutoencoder: the file holds ${firstFew(unknown)}; an autoencoder has ` +
        [...pathByName.keys()].join(', '),
    );
  const sourceName = (path: string) => byPath.get(path)?.name ?? path;
  const scales = await scalesOf(file, settings);
  return {
    names: names.map(name => pathByName.get(name)!),
    sourceName,
    shapeOf: path => {
      const shape = file.tensors.get(sourceName(path))?.shape;
      return shape && byPath.get(path)?.transposed ? [...shape].reverse() : shape;
    },
    storedShape: path => {
      const shape = file.tensors.get(sourceName(path))?.shape;
      const { modelDim, features } = settings.options;
      if (!shape || !byPath.get(path)?.transposed) return undefined;
      return { stored: shape, expected: path === 'encoder.weight' ? [modelDim, features] : [features, modelDim] };
    },
    read: async (path, options) => {
      const row = byPath.get(path)!;
      const { data, shape } = await file.readFloat32(row.name, options);
      if (row.name === logThreshold) return data.map(Math.exp);
      const values = row.transposed ? transposed(data, shape as [number, number]) : data;
      return scaled(values, path, scales, settings);
    },
  };
}

/** The name of a stored weight; older files of SAELens hold the logarithm of the threshold. */
function nameIn(file: Safetensors, { name }: StoredWeight): string {
  return name === 'threshold' && file.tensors.has(logThreshold) ? logThreshold : name;
}

function scaled(
  values: Float32Array,
  path: string,
  { encoder, decoder }: FeatureScales,
  { options: { modelDim, features } }: FileSettings,
): Float32Array {
  if (encoder && path === 'encoder.weight') return values.map((value, i) => value * encoder[Math.floor(i / modelDim)]!);
  if (encoder && path === 'encoder.bias') return values.map((value, i) => value * encoder[i]!);
  if (decoder && path === 'decoder.weight') return values.map((value, i) => value * decoder[i % features]!);
  return values;
}

async function scalesOf(file: Safetensors, settings: FileSettings): Promise<FeatureScales> {
  const { features, modelDim } = settings.options;
  const isStored = (name: string, shape: readonly number[]) => `${file.tensors.get(name)?.shape}` === `${shape}`;
  let encoder: Float32Array | undefined;
  if (settings.scaledByDecoderNorm && isStored('W_dec', [features, modelDim]))
    encoder = rowNorms((await file.readFloat32('W_dec')).data, modelDim);
  const inverse = encoder?.map(norm => 1 / norm);
  if (!file.tensors.has(scalingFactor)) return { encoder, decoder: inverse };
  const factors = isStored(scalingFactor, [features]) ? (await file.readFloat32(scalingFactor)).data : undefined;
  if (factors?.every(factor => Math.abs(factor - 1) < 1e-5)) return { encoder, decoder: inverse };
  if (factors && settings.hasScalingFactor)
    return { encoder, decoder: factors.map((factor, i) => factor * (inverse?.[i] ?? 1)) };
  throw new ResidualError(
    'load',
    `loadSparseAutoencoder: ${scalingFactor} is [${file.tensors.get(scalingFactor)!.shape}] and the config field ` +
      `finetuning_scaling_factor ${settings.hasScalingFactor}; it must be [${features}], and all ones unless true`,
  );
}

/** The norm of each row of values [rows, width], at least 1e-8. */
function rowNorms(values: Float32Array, width: number): Float32Array {
  const squares = new Float32Array(values.length / width);
  values.forEach((value, i) => {
    squares[Math.floor(i / width)]! += value * value;
  });
  return squares.map(square => Math.max(Math.sqrt(square), 1e-8));
}
