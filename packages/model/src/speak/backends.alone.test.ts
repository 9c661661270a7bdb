import '@residual/testkit/cpu';
import '@residual/testkit/wasm';
import { useBackend } from '@residual/tensor';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { readingVits } from '../testing/speaking-files.js';

test('equal seeds give equal speech on cpu and wasm', async () => {
  const speeches: Float32Array[] = [];
  for (const backend of ['cpu', 'wasm']) {
    await useBackend(backend);
    const model = await loadModel(await readingVits({ speaking_rate: 8 }));
    const { samples } = await model.speak('so', { seed: 5, noiseScale: 0.6, durationNoiseScale: 0.3 }).result();
    speeches.push(samples);
    model.dispose();
  }
  const [cpu, wasm] = speeches as [Float32Array, Float32Array];
  expect(cpu.length).toBe(wasm.length);
  expect(cpu.length).toBeGreaterThan(100);
  const difference = cpu.reduce((most, value, i) => Math.max(most, Math.abs(value - wasm[i]!)), 0);
  expect(difference).toBeLessThan(1e-4);
});
