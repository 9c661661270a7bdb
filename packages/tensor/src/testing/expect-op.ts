import { expectClose, expectNoLeak, type Tolerance } from '@residual/testkit';
import { expect } from 'vitest';
import { add, dispose, gradients, type Tensor, tensor, tidy } from '../index.js';
import { fromValues, type Grid, sample } from './grid.js';

/** An op and its reference in float64 loops. */
export interface OpCase<Name extends string> {
  /** Float inputs by name. */
  readonly inputs: { readonly [Key in Name]: Grid };
  readonly run: (inputs: Readonly<Record<Name, Tensor>>) => Tensor;
  readonly reference: (inputs: Readonly<Record<Name, Grid>>) => Grid;
  /** Inputs whose gradient is compared with finite differences of the reference; all if absent. */
  readonly gradients?: readonly Name[];
  readonly tolerance?: Tolerance;
  readonly gradientTolerance?: Tolerance;
}

/**
 * Expects an op to equal its reference in shape and values, its gradient to equal finite differences of the reference
 * (central, in float64), and no leak.
 */
export async function expectOp<Name extends string>(op: OpCase<Name>): Promise<void> {
  const { tolerance = { absolute: 2e-6, relative: 1e-5 }, gradientTolerance = { absolute: 1e-5, relative: 1e-4 } } = op;
  const names = Object.keys(op.inputs) as Name[];
  const expected = op.reference(op.inputs);
  const upstream = sample(expected.shape, 77);
  const compared = op.gradients ?? names;
  const slopes = compared.map(name => numericalGradient(op, name, upstream));
  let runs = 0;
  await expectNoLeak(async () => {
    const isFirst = runs++ === 0;
    const inputs = Object.fromEntries(names.map(name => [name, toTensor(op.inputs[name])])) as Record<Name, Tensor>;
    const output = op.run(inputs);
    expect(output.shape).toEqual(expected.shape);
    if (isFirst) await expectClose(output, expected, tolerance);
    if (compared.length > 0) {
      const dy = toTensor(upstream);
      const leaves = compared.map(name => inputs[name]);
      const result = gradients(() => op.run(inputs), leaves, dy);
      if (isFirst) await expectClose(result.value, expected, tolerance);
      for (const [i, name] of compared.entries()) {
        const gradient = result.gradients[i] as Tensor | undefined;
        expect(gradient?.shape, `gradient of ${name}`).toEqual(op.inputs[name].shape);
        if (isFirst) await expectSlopes(gradient!, slopes[i]!, gradientTolerance);
      }
      dispose([result, dy]);
    }
    dispose([inputs, output]);
  });
}

/**
 * A grid as a tensor on the active backend. Floats are the result of a sum, since WebGL packs four numbers in a texel:
 * beyond an odd row or column the sum leaves its constant in the padding, which later ops must not read.
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

/** The gradient of Σ reference · upstream by central differences in float64. */
interface NumericalGradient {
  /** Indices of single entries, spread over the input, and the derivative with respect to each. */
  readonly indices: readonly number[];
  readonly slopes: readonly number[];
  /** Random sign vectors over the whole input, and the directional derivative along each. */
  readonly directions: readonly { readonly signs: readonly number[]; readonly slope: number }[];
}

/** The number of entries that are perturbed one by one; larger inputs are also perturbed as a whole, a few times. */
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
  const slopes = indices.map(entry => slope(i => (i === entry ? 1 : 0)));
  const directions = (values.length > maxSingle ? [1, 2, 3] : []).map(seed => {
    const signs = [...sample(shape, 90 + seed).values].map(value => (value < 0 ? -1 : 1));
    return { signs, slope: slope(i => signs[i]!) };
  });
  return { indices, slopes, directions };
}

/** `count` of the indices 0 .. length - 1, one from each interval of equal length, at varying offsets. */
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
  const actual = Array.from(await gradient.data());
  await expectClose(
    indices.map(entry => actual[entry]!),
    slopes,
    tolerance,
  );
  const { absolute = 0, relative = 0 } = tolerance;
  const size = Math.sqrt(actual.length);
  const usual = Math.sqrt(actual.reduce((sum, value) => sum + value * value, 0)) / size;
  for (const { signs, slope } of directions) {
    const sum = actual.reduce((total, value, i) => total + value * signs[i]!, 0);
    expect(Math.abs(sum - slope), 'all numbers moved together').toBeLessThanOrEqual(
      size * (absolute + relative * usual),
    );
  }
}
