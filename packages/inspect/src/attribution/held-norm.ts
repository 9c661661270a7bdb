import { ResidualError } from '@residual/tensor';
import type { FinalNorm } from '../structure/anatomy.js';

/** A final norm as an affine map: its scale is that of one stream, as if it were a constant. */
export interface HeldNorm {
  /** From a direction after the norm the direction before it: their products with a component are equal. */
  before(direction: Float64Array): Float64Array;
  /** The bias [modelDim] that the norm adds; undefined if it has none. */
  readonly bias: Float32Array | undefined;
}

/**
 * Holds the scale of a norm as it is for one stream [modelDim]: a layerNorm centres a component, divides it by the
 * standard deviation of that stream and multiplies it by the weight; an rmsNorm divides by the root of the mean square.
 * Errors for another norm.
 */
export async function holdNorm(caller: string, norm: FinalNorm | undefined, stream: Float32Array): Promise<HeldNorm> {
  if (!norm) return { before: direction => direction, bias: undefined };
  const scale = normScale(caller, norm, stream);
  const isCentred = norm.layer.about.name === 'layerNorm';
  const [weight, bias] = (await Promise.all([norm.weights.weight.data(), norm.weights.bias?.data()])) as [
    Float32Array,
    Float32Array | undefined,
  ];
  const before = (direction: Float64Array) => {
    const scaled = direction.map((value, i) => (value * weight[i]!) / scale);
    const shift = isCentred ? meanOf(scaled) : 0; // to centre one factor of a product is to centre the other
    return scaled.map(value => value - shift);
  };
  return { before, bias };
}

/**
 * What a layerNorm or an rmsNorm divides a stream [modelDim] by: its standard deviation, or the root of its mean
 * square. Errors for another norm.
 */
export function normScale(caller: string, norm: FinalNorm, stream: Float32Array): number {
  const { name } = norm.layer.about;
  const { epsilon } = norm.layer as { epsilon?: number };
  if ((name !== 'layerNorm' && name !== 'rmsNorm') || epsilon === undefined)
    throw new ResidualError(
      'kind',
      `${caller}: the final norm is ${name ?? 'a layer of its own'}; its scale can be held if it is a layerNorm or ` +
        'an rmsNorm',
    );
  const mean = name === 'layerNorm' ? meanOf(stream) : 0;
  return Math.sqrt(meanOf(Float64Array.from(stream, value => (value - mean) ** 2)) + epsilon);
}

function meanOf(values: Float32Array | Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** The dot product of two vectors of one length. */
export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
