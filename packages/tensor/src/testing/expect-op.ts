import { expectClose, expectNoLeak, type Tolerance } from '@residual/testkit';
import { expect } from 'vitest';
import { add, dispose, gradients, type Tensor, tensor, tidy } from '../index.js';
import './on-device.js';
import { fromValues, type Grid, sample } from './grid.js';

/** An op beside its meaning in 64-bit loops. */
export interface OpCase<Name extends string> {
  /** Inputs of floats. */
  readonly inputs: { readonly [Key in Name]: Grid };
  readonly ours: (inputs: Readonly<Record<Name, Tensor>>) => Tensor;
  readonly reference: (inputs: Readonly<Record<Name, Grid>>) => Grid;
  /** Inputs whose gradient is compared with finite differences of the reference; all if absent. */
  readonly gradients?: readonly Name[];
  readonly tolerance?: Tolerance;
  readonly gradientTolerance?: Tolerance;
}

/**
 * Fails unless the op gives the numbers and the shape of the reference, its gradient agrees with finite differences of the reference, and it leaves no
 * tensor behind.
 */
export async function expectOp<Name extends string>(op: OpCase<Name>): Promise<void> {
  const { tolerance = { absolute: 2e-6, relative: 1e-5 }, gradientTolerance = { absolute: 1e-5, relative: 1e-4 } } = op;
  const names = Object.keys(op.inputs) as Name[];
  const expected = op.reference(op.inputs);
  const upstream = sample(expected.shape, 77);
  const wanted = op.gradients ?? names;
  const slopes = new Map(wanted.map(name => [name, finiteDifference(op, name, upstream)]));
  await expectNoLeak(async () => {
    const inputs = Object.fromEntries(names.map(name => [name, toTensor(op.inputs[name])])) as Record<Name, Tensor>;
    const output = op.ours(inputs);
    expect(output.shape).toEqual(expected.shape);
    await expectClose(output, expected, tolerance);
    if (wanted.length > 0) {
      const dy = toTensor(upstream);
      const leaves = wanted.map(name => inputs[name]);
      const found = gradients(() => op.ours(inputs), leaves, dy);
      await expectClose(found.value, expected, tolerance);
      for (const [i, name] of wanted.entries()) {
        const gradient = found.gradients[i] as Tensor | undefined;
        expect(gradient, `gradient of ${name}`).toBeDefined();
        await expectClose(gradient!, slopes.get(name)!, gradientTolerance);
      }
      dispose([found, dy]);
    }
    dispose([inputs, output]);
  });
}

/**
 * The numbers of a grid on the active backend. Floats are the result of a sum: WebGL packs four numbers in a texel, and where a row or a column is odd a sum
 * leaves its constant in the places beside, which later ops must not read.
 */
export function toTensor({ shape, values }: Grid, dtype: 'float32' | 'int32' = 'float32'): Tensor {
  if (dtype === 'int32') return tensor([...values], shape, dtype);
  return tidy(() =>
    add(
      tensor(
        [...values].map(value => value - beside),
        shape,
      ),
      beside,
    ),
  );
}

const beside = 3;

/** The slope of Σ reference · upstream along each number of one input, by central differences in 64 bits. */
function finiteDifference<Name extends string>({ inputs, reference }: OpCase<Name>, name: Name, upstream: Grid): Grid {
  const step = 1e-5;
  const { shape, values } = inputs[name];
  const loss = (i: number, change: number) => {
    const moved = Float64Array.from(values);
    moved[i]! += change;
    const output = reference({ ...inputs, [name]: fromValues(shape, moved) });
    return output.values.reduce((sum, y, j) => sum + y * upstream.values[j]!, 0);
  };
  return fromValues(
    shape,
    values.map((_, i) => (loss(i, step) - loss(i, -step)) / (2 * step)),
  );
}
