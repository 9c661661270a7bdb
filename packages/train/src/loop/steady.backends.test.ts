import { init, linear } from '@residual/layers';
import { dispose, memory, requireBackend, tensor } from '@residual/tensor';
import { expect, test } from 'vitest';
import { meanSquaredError, train } from '../index.js';

const inNode = 'process' in globalThis && 'node' in (globalThis.process.versions ?? {});
const steps = ['cpu', 'wasm'].includes(requireBackend()) ? 2000 : 100;

/** The bytes that JavaScript holds when all it can free is freed; 0 in a page. */
async function heap(): Promise<number> {
  if (!inNode) return 0;
  const [v8, vm] = await Promise.all(['node:v8', 'node:vm'].map(name => import(/* @vite-ignore */ name)));
  v8.setFlagsFromString('--expose-gc');
  const gc = vm.runInNewContext('gc');
  for (let i = 0; i < 3; i++) {
    await new Promise(resolve => setTimeout(resolve, 5));
    gc();
  }
  return process.memoryUsage().heapUsed;
}

test(`${steps} steps leave tensors and heap where they were after the tenth`, async () => {
  const line = linear({ in: 2, out: 1 });
  const weights = init(line, { seed: 1 });
  const [x, y] = [tensor([0, 1, 1, 0], [2, 2]), tensor([1, 2], [2, 1])];
  const held: unknown[] = [];
  let heapBefore = 0;
  const run = train({
    layer: line,
    weights,
    loss: (w: typeof weights) => meanSquaredError(line(w, x), y),
    batches: [0],
    steps,
    learningRate: 0.01,
    average: 0.9,
    clipNorm: 0.1,
  });
  for await (const event of run) {
    if (event.step === 10) heapBefore = await heap();
    if (event.step >= 10 && event.step % 90 === 10) held.push(memory());
  }
  expect((await heap()) - heapBefore).toBeLessThan(2_000_000); // about 1 MB: what the engine notes of code that runs often; 6,000 steps add none
  for (const later of held) expect(later).toEqual(held[0]);
  dispose([weights, x, y]);
});
