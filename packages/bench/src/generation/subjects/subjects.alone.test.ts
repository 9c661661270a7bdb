import '@residual/backend-wasm';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeSafetensors } from '@residual/safetensors';
import { useBackend } from '@residual/tensor';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { configOf, randomWeights } from '../checkpoint.js';
import { writeOnnx } from '../onnx/onnx-file.js';
import { type Shape, tensorsOf } from '../shape.js';
import { onnxruntime } from './onnxruntime.js';
import { residual } from './residual.js';
import { stock } from './stock.js';
import { generate, sample } from './subject.js';

const shape: Shape = { model_type: 'gpt2', n_layer: 3, n_embd: 28, n_head: 7, n_positions: 64, vocab_size: 101 };
let folder = '';

beforeAll(async () => {
  await useBackend('wasm');
  folder = await mkdtemp(join(tmpdir(), 'residual-bench-'));
  const dims = tensorsOf(shape);
  const tensors = [...randomWeights(shape)].map(([name, data]) => {
    return [name, { dtype: 'F32' as const, shape: dims.get(name)!, data }] as const;
  });
  await writeFile(join(folder, 'config.json'), JSON.stringify(configOf(shape)));
  await writeFile(join(folder, 'model.safetensors'), writeSafetensors(Object.fromEntries(tensors)));
  await writeOnnx(folder, 'f32');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test('all subjects run the same model and write the same tokens, greedy and drawn, twice', async () => {
  const prompt = [5, 81, 3, 3, 99, 0, 42];
  const texts: (readonly number[])[] = [];
  const draws: (readonly number[])[] = [];
  for (const subject of [residual(), onnxruntime({ runtime: 'onnxruntime-web', form: 'f32', threads: 1 }), stock()]) {
    await subject.load(folder);
    for (let round = 0; round < 2; round++) {
      texts.push((await generate(subject, prompt, 24)).tokens);
      draws.push((await sample(subject, prompt, 24)).tokens);
    }
  }
  expect(new Set(texts[0]).size).toBeGreaterThan(8); // a text that is not trivial
  expect(draws[0]).toHaveLength(24);
  expect(draws[0]).not.toEqual(texts[0]);
  for (const text of texts) expect(text).toEqual(texts[0]);
  for (const text of draws) expect(text).toEqual(draws[0]);
});
