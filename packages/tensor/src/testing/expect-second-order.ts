import { expectClose, expectNoLeak } from '@residual/testkit';
import { add, dispose, gradients, mul, sum, type Tensor, tidy } from '../index.js';
import { type OpCase, toTensor } from './expect-op.js';
import { fromValues, type Grid, sample } from './grid.js';

/**
 * Expects correct second-order gradients: for a fixed direction v, the gradient of (gradient of Σ op · upstream) · v
 * equals mixed second differences of the reference in float64.
 */
export async function expectSecondOrder<Name extends string>(op: OpCase<Name>): Promise<void> {
  const names = Object.keys(op.inputs) as Name[];
  const upstream = sample(op.reference(op.inputs).shape, 77);
  const along = new Map(names.map(name => [name, sample(op.inputs[name].shape, 88)]));
  await expectNoLeak(async () => {
    const inputs = Object.fromEntries(names.map(name => [name, toTensor(op.inputs[name])])) as Record<Name, Tensor>;
    const [dy, directions] = [toTensor(upstream), names.map(name => toTensor(along.get(name)!))];
    const leaves = names.map(name => inputs[name]);
    const twice = gradients(
      () =>
        tidy(() => {
          const once = gradients(() => op.run(inputs), leaves, dy);
          return names.map((_, i) => sum(mul(once.gradients[i] as Tensor, directions[i]!))).reduce((a, b) => add(a, b));
        }),
      leaves,
    );
    for (const [i, name] of names.entries())
      await expectClose(twice.gradients[i] as Tensor, mixedDifference(op, name, upstream, along), {
        absolute: 1e-4,
        relative: 1e-3,
      });
    dispose([inputs, dy, directions, twice]);
  });
}

/**
 * For each number x of one input: (L(x + h, v) - L(x - h, v) - L(x + h, -v) + L(x - h, -v)) / 4h², where v moves all
 * inputs by h · v.
 */
function mixedDifference<Name extends string>(
  { inputs, reference }: OpCase<Name>,
  name: Name,
  upstream: Grid,
  along: ReadonlyMap<Name, Grid>,
): Grid {
  const step = 1e-3;
  const loss = (i: number, change: number, direction: number) => {
    const moved = Object.fromEntries(
      [...along].map(([other, { values }]) => {
        const at = inputs[other].values.map((value, j) => value + direction * step * values[j]!);
        if (other === name) at[i]! += change * step;
        return [other, fromValues(inputs[other].shape, at)];
      }),
    ) as Record<Name, Grid>;
    return reference(moved).values.reduce((sum, y, j) => sum + y * upstream.values[j]!, 0);
  };
  const slopes = inputs[name].values.map(
    (_, i) => (loss(i, 1, 1) - loss(i, -1, 1) - loss(i, 1, -1) + loss(i, -1, -1)) / (4 * step * step),
  );
  return fromValues(inputs[name].shape, slopes);
}
