import { keyRange, padding } from '@residual/attention';
import { emptyScope, type Hook, layer, type Scope } from '@residual/layers';
import { dispose, gradients, keep, mul, sum, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { ablate, patch, run } from '../index.js';

/** A layer that taps its input as `x` and returns it. */
const tapped = layer({}, (_, x: Tensor, scope) => scope.tap('x', x), { name: 'tapped' });

/** x [2, 3, 2] after a hook. */
async function changed(hook: Hook, values: readonly number[], scope: Scope = emptyScope): Promise<number[]> {
  const x = tensor(values, [2, 3, 2]);
  const result = run({ layer: tapped, weights: {} }, x, { hooks: [hook], scope });
  const data = [...(await result.output.data())];
  result.dispose();
  x.dispose();
  return data;
}

const numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

test('a value that is not a number is replaced too, and one that is not put in does no harm', () =>
  expectNoLeak(async () => {
    const [nan, infinity] = [Number.NaN, Number.POSITIVE_INFINITY];
    const broken = [1, 2, nan, infinity, 5, 6, 7, 8, 9, 10, 11, 12];
    const cleaned = [1, 2, 0, 0, 5, 6, 7, 8, 0, 0, 11, 12];
    expect(await changed(ablate('x', { positions: [1] }), broken)).toEqual(cleaned);
    const from = tensor(broken.slice(0, 6), [1, 3, 2]);
    const patched = [1, 2, 3, 4, 5, 6, 1, 2, 9, 10, 5, 6];
    expect(await changed(patch('x', { from, positions: [0, -1] }), numbers)).toEqual(patched);
    from.dispose();
  }));

test('positions are those of the text where sequences are padded, and a mean leaves padding out', () =>
  expectNoLeak(async () => {
    const left = padding({ left: [0, 1] });
    const right = padding({ lengths: [3, 2] });
    const onLeft = emptyScope.with(keyRange, left);
    const onRight = emptyScope.with(keyRange, right);
    expect(await changed(ablate('x', { positions: [0] }), numbers, onLeft)).toEqual([
      0, 0, 3, 4, 5, 6, 7, 8, 0, 0, 11, 12,
    ]);
    expect(await changed(ablate('x', { positions: [-1] }), numbers, onRight)).toEqual([
      1, 2, 3, 4, 0, 0, 7, 8, 0, 0, 11, 12,
    ]);
    const mean = await changed(ablate('x', { value: 'mean', neurons: [1] }), numbers, onLeft);
    await expectClose(mean, [1, 6.8, 3, 6.8, 5, 6.8, 7, 6.8, 9, 6.8, 11, 6.8], { absolute: 1e-5 }); // of 2 4 6 10 12
    dispose([left, right]);
  }));

test('each sequence gets the activation of another one', () =>
  expectNoLeak(async () => {
    expect(await changed(ablate('x', { value: 'resample' }), numbers)).toEqual([
      ...numbers.slice(6),
      ...numbers.slice(0, 6),
    ]);
    const rows = tensor([1, 2, 3, 4, 5], [5, 1, 1]);
    const seen = new Set<string>();
    for (let seed = 0; seed < 9; seed++) {
      using result = run({ layer: tapped, weights: {} }, rows, { hooks: [ablate('x', { value: 'resample', seed })] });
      const data = [...(await result.output.data())];
      expect(data.toSorted()).toEqual([1, 2, 3, 4, 5]);
      expect(data.every((value, i) => value !== i + 1)).toBe(true);
      seen.add(data.join());
    }
    expect(seen.size).toBeGreaterThan(3);
    rows.dispose();
  }));

test('gradients flow to what is put in and to what stays, and nowhere else', () =>
  expectNoLeak(async () => {
    const x = keep(tensor([1, 2, 3, 4], [1, 2, 2]));
    const from = keep(tensor([5, 6, 7, 8], [1, 2, 2]));
    const factors = keep(tensor([2, 3, 5, 7], [1, 2, 2]));
    const result = gradients(
      () => {
        const scope = patch('x', { from, positions: [1] })(emptyScope);
        return sum(mul(tapped({}, x, scope), factors));
      },
      { x, from },
    );
    expect([...(await result.gradients.x!.data())]).toEqual([2, 3, 0, 0]);
    expect([...(await result.gradients.from!.data())]).toEqual([0, 0, 5, 7]);
    dispose([x, from, factors, result.value, result.gradients]);
  }));
