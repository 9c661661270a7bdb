import '@residual/testkit/wasm';
import { fileURLToPath } from 'node:url';
import { expectNoLeak } from '@residual/testkit';
import type { Drawing } from '@residual/vision';
import { expect, test } from 'vitest';
import { ownDrawings } from './own-drawings.js';

const source = fileURLToPath(new URL('../../../../packages/model-drawings/model', import.meta.url));
const { signal } = new AbortController();
const upsideDown: Drawing = [
  [
    [0, 0],
    [9, 0],
    [9, 5],
    [0, 5],
    [0, 0],
  ],
  [
    [0, 5],
    [5, 9],
    [9, 5],
  ],
];
const settings = { source, learningRate: 0.003, steps: 5, seed: 1 };

test('a model learns one drawing in a few steps, draws and is saved, and frees its tensors', () =>
  expectNoLeak(async () => {
    const entries = ['house', 'barn'].map(word => ({ word, recognized: true, drawing: upsideDown }));
    const { training, requests, dispose } = await ownDrawings({ ...settings, entries }, () => {}, { signal });
    const losses: number[] = [];
    for await (const event of training) if (event.type === 'step') losses.push(event.loss);
    expect(losses).toHaveLength(5);
    expect(losses.at(-1)!).toBeLessThan(0.8 * losses[0]!);
    const drawing = await requests!.draw({ words: 'house', options: { seed: 1 } });
    expect(drawing.length).toBeGreaterThan(0);
    expect([...(await requests!.save()).keys()]).toContain('model.safetensors');
    dispose!();
  }));

test('a word that the model does not know is refused, and nothing stays', () =>
  expectNoLeak(async () => {
    const entries = [{ word: 'zzgrmpf', recognized: true, drawing: upsideDown }];
    const refused = ownDrawings({ ...settings, entries }, () => {}, { signal });
    await expect(refused).rejects.toThrow('The model does not know the word “zzgrmpf”');
  }));
