import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { type GriffinLimOptions, griffinLim, spectrogram } from '../index.js';
import { golden, speech } from '../testing/golden.js';

const options = { frameLength: 512, hop: 128, padding: 'zeros' } as const;
const magnitudesOf = (samples: Float32Array) => spectrogram(samples, { ...options, power: 1 });

test('rounds with and without momentum are those of librosa', async () => {
  const magnitudes = magnitudesOf((await speech()).subarray(0, 16_000));
  const { griffinLim: expected } = await golden();
  for (const [name, settings] of Object.entries({
    momentum: { iterations: 6 },
    plain: { iterations: 3, momentum: 0 },
  })) {
    const { length, values } = expected[name as 'momentum' | 'plain'];
    const result = await griffinLim(magnitudes, { ...options, ...settings });
    expect(result.length).toBe(length);
    await expectClose(
      result.filter((_, i) => i % 160 === 0),
      values,
      { absolute: 1e-5 },
    );
  }
});

test('from seeded phases the magnitudes come nearer with each round, and equal seeds give equal samples', async () => {
  const magnitudes = magnitudesOf((await speech()).subarray(4000, 12_000));
  const distanceAfter = async (iterations: number) => {
    const result = await griffinLim(magnitudes, { ...options, iterations, seed: 3, length: 8000 });
    const { values } = magnitudesOf(result);
    const [error, size] = values.reduce(
      ([e, s], value, i) => [e + (value - magnitudes.values[i]!) ** 2, s + magnitudes.values[i]! ** 2],
      [0, 0],
    );
    return Math.sqrt(error / size);
  };
  const distances = [await distanceAfter(0), await distanceAfter(4), await distanceAfter(24)];
  expect(distances[1]).toBeLessThan(0.6 * distances[0]!);
  expect(distances[2]).toBeLessThan(0.8 * distances[1]!);
  const again = (seed: number) => griffinLim(magnitudes, { ...options, iterations: 1, seed });
  expect(await again(3)).toEqual(await again(3));
  expect(await again(3)).not.toEqual(await again(4));
});

test('it tells how far it is, stops when it is aborted, and refuses what does not fit', async () => {
  const magnitudes = magnitudesOf((await speech()).subarray(0, 1000));
  const start = (more: Partial<GriffinLimOptions>) => griffinLim(magnitudes, { ...options, ...more });
  const rounds: number[][] = [];
  await start({ iterations: 2, onProgress: (done, all) => rounds.push([done, all]) });
  expect(rounds).toEqual([
    [1, 2],
    [2, 2],
  ]);
  const stop = new AbortController();
  const stopped = start({ iterations: 9, signal: stop.signal, onProgress: () => stop.abort(new Error('enough')) });
  await expect(stopped).rejects.toThrow('enough');
  expect(await start({ length: 0 })).toEqual(new Float32Array(0));
  await expect(start({ momentum: 1 })).rejects.toThrow('griffinLim: momentum is 1; it must be from 0 to below 1');
  await expect(start({ fftLength: 600 })).rejects.toThrow(
    'griffinLim: the shape is [8,257]; it must be [frames, 301] for the fftLength 600',
  );
});
