import { expectClose, expectNoLeak, type Tolerance } from '@residual/testkit';
import { expect } from 'vitest';
import { add, dispose, gradients, type Tensor, tensor, tidy } from '../index.js';
import { fromValues, type Grid, sample } from './grid.js';

/** An op beside its meaning in 64-bit loops. */
export interface OpCase<Name extends string> {
  /** Inputs of floats. */
  readonly inputs: { readonly [Key in Name]: Grid };
  readonly run: (inputs: Readonly<Record<Name, Tensor>>) => Tensor;
  readonly reference: (inputs: Readonly<Record<Name, Grid>>) => Grid;
  /** Inputs whose gradient is compared with slopes of the reference; all if absent. */
  readonly gradients?: readonly Name[];
  readonly tolerance?: Tolerance;
  readonly gradientTolerance?: Tolerance;
}

/**
 * Fails unless the op gives the numbers and the shape of the reference, its gradient agrees with slopes of the
 * reference (central differences in 64 bits), and it leaves no tensor behind.
 */
export async function expectOp<Name extends string>(op: OpCase<Name>): Promise<void> {
  const { tolerance = { absolute: 2e-6, relative: 1e-5 }, gradientTolerance = { absolute: 1e-5, relative: 1e-4 } } = op;
  const names = Object.keys(op.inputs) as Name[];
  const expected = op.reference(op.inputs);
  const upstream = sample(expected.shape, 77);
  const compared = op.gradients ?? names;
  const slopes = compared.map(name => numericalGradient(op, name, upstream));
  await expectNoLeak(async () => {
    const inputs = Object.fromEntries(names.map(name => [name, toTensor(op.inputs[name])])) as Record<Name, Tensor>;
    const output = op.run(inputs);
    expect(output.shape).toEqual(expected.shape);
    await expectClose(output, expected, tolerance);
    if (compared.length > 0) {
      const dy = toTensor(upstream);
      const leaves = compared.map(name => inputs[name]);
      const result = gradients(() => op.run(inputs), leaves, dy);
      await expectClose(result.value, expected, tolerance);
      for (const [i, name] of compared.entries()) {
        const gradient = result.gradients[i] as Tensor | undefined;
        expect(gradient?.shape, `gradient of ${name}`).toEqual(op.inputs[name].shape);
        await expectSlopes(gradient!, slopes[i]!, gradientTolerance);
      }
      dispose([result, dy]);
    }
    dispose([inputs, output]);
  });
}

/**
 * The numbers of a grid on the active backend. Floats are the result of a sum: WebGL packs four numbers in a texel, and
 * where a row or a column is odd a sum leaves its constant in the places beside, which later ops must not read.
 */
export function toTensor({ shape, values }: Grid, dtype: 'float32' | 'int32' = 'float32'): Tensor {
  if (dtype === 'int32') return tensor([...values], shape, dtype);
  return tidy(() =>
    add(
      tensor(
        [...values].map(value => value - offset),
        shape,
      ),
      offset,
    ),
  );
}

const offset = 3;

/** Slopes of Σ reference · upstream, by central differences in 64 bits. */
interface NumericalGradient {
  /** The numbers that were moved one by one, spread over the input, and the slope along each. */
  readonly indices: readonly number[];
  readonly slopes: readonly number[];
  /** Signs for all numbers of the input, moved together, and the slope along each such direction. */
  readonly directions: readonly { readonly signs: readonly number[]; readonly slope: number }[];
}

/** As many numbers are moved one by one; all of a larger input are moved together, a few times. */
const maxSingle = 40;

function numericalGradient<Name extends string>(
  { inputs, reference }: OpCase<Name>,
  name: Name,
  upstream: Grid,
): NumericalGradient {
  const { shape, values } = inputs[name];
  const loss = (moved: Float64Array) => {
    const output = reference({ ...inputs, [name]: fromValues(shape, moved) });
    return output.values.reduce((sum, y, j) => sum + y * upstream.values[j]!, 0);
  };
  const step = 1e-5;
  const slope = (signOf: (i: number) => number) => {
    const [up, down] = [step, -step].map(change => loss(values.map((value, i) => value + change * signOf(i))));
    return (up! - down!) / (2 * step);
  };
  const indices = spread(values.length, Math.min(values.length, maxSingle));
  const slopes = indices.map(place => slope(i => (i === place ? 1 : 0)));
  const directions = (values.length > maxSingle ? [1, 2, 3] : []).map(seed => {
    const signs = [...sample(shape, 90 + seed).values].map(value => (value < 0 ? -1 : 1));
    return { signs, slope: slope(i => signs[i]!) };
  });
  return { indices, slopes, directions };
}

/** `count` of the places 0 .. length - 1, one of each stretch of equal length, not always at the same place of it. */
const spread = (length: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const [begin, end] = [Math.floor((i * length) / count), Math.floor(((i + 1) * length) / count)];
    return begin + (i % (end - begin));
  });

async function expectSlopes(
  gradient: Tensor,
  { indices, slopes, directions }: NumericalGradient,
  tolerance: Tolerance,
) {
  const found = Array.from(await gradient.data());
  await expectClose(
    indices.map(place => found[place]!),
    slopes,
    tolerance,
  );
  const { absolute = 0, relative = 0 } = tolerance;
  const size = Math.sqrt(found.length);
  const usual = Math.sqrt(found.reduce((sum, value) => sum + value * value, 0)) / size;
  for (const { signs, slope } of directions) {
    const sum = found.reduce((total, value, i) => total + value * signs[i]!, 0);
    expect(Math.abs(sum - slope), 'all numbers moved together').toBeLessThanOrEqual(
      size * (absolute + relative * usual),
    );
  }
}
