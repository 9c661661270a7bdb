import { init, linear } from '@residual/layers';
import { dispose, memoryUsage, requireBackend, tensor } from '@residual/tensor';
import { test as base, expect } from 'vitest';
import { meanSquaredError, train } from '../index.js';

/** Where steps are quick, and in Node, which can be asked for its heap. */
const test = ['cpu', 'wasm'].includes(requireBackend()) ? base : base.skip;

/** The bytes that JavaScript holds when all it can free is freed. */
async function heap(): Promise<number> {
  const [v8, vm] = await Promise.all(['node:v8', 'node:vm'].map(name => import(/* @vite-ignore */ name)));
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc');
  for (let i = 0; i < 3; i++) {
    await new Promise(resolve => setTimeout(resolve, 5));
    gc();
  }
  return process.memoryUsage().heapUsed;
}

test('2,000 steps use no more tensors and heap than ten', async () => {
  const line = linear({ in: 2, out: 1 });
  const weights = init(line, { seed: 1 });
  const [x, y] = [tensor([0, 1, 1, 0], [2, 2]), tensor([1, 2], [2, 1])];
  const loss = (w: typeof weights) => meanSquaredError(line(w, x), y);
  const settings = { steps: 2000, learningRate: 0.01, emaDecay: 0.9, clipNorm: 0.1 };
  const usages: unknown[] = [];
  let heapBefore = 0;
  for await (const { step } of train({ layer: line, weights, loss, batches: [0], ...settings })) {
    if (step === 10) heapBefore = await heap();
    if (step % 199 === 10) usages.push(memoryUsage());
  }
  expect(usages).toHaveLength(11);
  for (const later of usages) expect(later).toEqual(usages[0]);
  // About 1 MB is what the engine notes of code that runs often; 6,000 steps add none.
  expect((await heap()) - heapBefore).toBeLessThan(2_000_000);
  dispose([weights, x, y]);
});
