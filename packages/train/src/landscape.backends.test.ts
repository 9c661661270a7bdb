import { init, layer, linear } from '@residual/layers';
import { add, dispose, div, isTensor, reshape, slice, square, sub, sum, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { evaluate, lossLandscape, meanSquaredError } from './index.js';

const part = linear({ in: 3, out: 2, std: 1 });
const net = layer({ part }, (w, x: Tensor) => part(w.part, x));
type Net = ReturnType<typeof newWeights>;
const newWeights = () => init(net, { seed: 3 });
const weightOf = ({ part: { weight } }: Net): Tensor => (isTensor(weight) ? weight : expect.fail('a plain tensor'));

const points = [
  { x: [0.5, -1, 2, 1, 0, -0.5], y: [1, 0, -1, 2] },
  { x: [1, 1, 1, -2, 0.25, 0], y: [0, 0.5, 1, -1] },
];
const loss = (w: Net, { x, y }: (typeof points)[number]) =>
  meanSquaredError(net(w, tensor(x, [2, 3])), tensor(y, [2, 2]));

test('the middle is the loss of the weights, the losses are those of a plane, and nothing is left', () =>
  expectNoLeak(async () => {
    const weights = newWeights();
    const progress: number[] = [];
    const options = { layer: net, weights, loss, batches: points, size: 5, radius: 0.5, seed: 7 };
    const { offsets, losses } = await lossLandscape({
      ...options,
      onProgress: ({ points: done, total }) => progress.push(done / total),
    });
    expect([...offsets]).toEqual([-0.5, -0.25, 0, 0.25, 0.5]);
    expect(progress).toHaveLength(25);
    expect(progress.at(-1)).toBe(1);
    await expectClose([losses[12]!], [(await evaluate({ weights, loss, batches: points })).loss], { absolute: 1e-5 });
    // The loss of a linear layer is a quadratic function of its weights, so that second differences are constant.
    const at = (row: number, column: number) => losses[5 * row + column]!;
    const bend = (row: number, column: number) => at(row, column - 1) - 2 * at(row, column) + at(row, column + 1);
    await expectClose([bend(0, 1), bend(2, 2), bend(4, 3)], Array(3).fill(bend(1, 1)), { absolute: 1e-4 });
    expect(bend(1, 1)).toBeGreaterThan(0);
    const again = await lossLandscape({ ...options, batches: new Set(points).values() });
    expect([...again.losses]).toEqual([...losses]);
    const other = await lossLandscape({ ...options, seed: 8 });
    expect(other.losses[0]).not.toBeCloseTo(losses[0]!, 3);
    dispose(weights);
  }));

test('each row moves by its own length, whatever its scale, and a bias does not move', () =>
  expectNoLeak(async () => {
    const weights = newWeights();
    const before = [weightOf(weights), weights.part.bias!] as const;
    const moved = (w: Net) => square(sub(weightOf(w), before[0]));
    const row = (x: Tensor, at: number) => sum(reshape(slice(x, [at, 0], [1, 3]), [3]));
    const share = (w: Net, at: number) => div(row(moved(w), at), row(square(before[0]), at));
    const options = { layer: net, weights, batches: [0], size: 3, radius: 0.5 };
    for (const at of [0, 1]) {
      const { losses } = await lossLandscape({ ...options, loss: w => share(w, at) });
      await expectClose([losses[3]!, losses[4]!, losses[5]!, losses[1]!], [0.25, 0, 0.25, 0.25], { absolute: 1e-5 });
    }
    const ofBias = await lossLandscape({
      ...options,
      loss: w => add(sum(square(sub(w.part.bias!, before[1]))), share(w, 0)),
    });
    await expectClose([ofBias.losses[5]!], [0.25], { absolute: 1e-5 });
    dispose(weights);
  }));

test('an abort ends it and leaves the weights', () =>
  expectNoLeak(async () => {
    const weights = newWeights();
    const before = [...(await weightOf(weights).data())];
    const abort = new AbortController();
    const work = lossLandscape({
      layer: net,
      weights,
      loss,
      batches: points,
      signal: abort.signal,
      onProgress: ({ points: done }) => done === 4 && abort.abort(new Error('enough')),
    });
    await expect(work).rejects.toThrow('enough');
    expect([...(await weightOf(weights).data())]).toEqual(before);
    dispose(weights);
  }));

test('errors name what does not fit', () =>
  expectNoLeak(async () => {
    const weights = newWeights();
    const failure = (more: object) =>
      lossLandscape({ layer: net, weights, loss, batches: points, ...more }).catch(({ message }: Error) => message);
    expect(await failure({ size: 4 })).toBe('lossLandscape: size is 4; an odd number has the weights in the middle');
    expect(await failure({ radius: 0 })).toMatch(/^lossLandscape: radius is 0/);
    expect(await failure({ batches: [] })).toBe('lossLandscape: the data is empty');
    dispose(weights);
  }));
