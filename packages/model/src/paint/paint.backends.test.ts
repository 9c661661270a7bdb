import { memoryUsage } from '@residual/tensor';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { parity } from '../parity/index.js';
import { fixtureFiles } from '../testing/fixture-files.js';
import { paintingModel } from '../testing/painting-model.js';
import type { PaintStep } from './painting-result.js';

test('equal seeds give equal pictures on every backend, and their memory comes back', async () => {
  const model = await paintingModel();
  const options = { temperature: 0.9, guidanceScale: 1.5, seed: 11, previewEvery: 4 };
  const { codes, image, rows, columns, unknownWords } = await model.paint('the red cat', options).result();
  const before = memoryUsage();
  const steps: PaintStep[] = [];
  for await (const step of model.paint('red cat', options)) steps.push(step);
  expect(memoryUsage()).toEqual(before);
  expect([...codes]).toEqual([1, 4, 2, 9, 1, 3, 7, 12, 8]); // what the backend cpu paints
  expect(steps.map(({ token }) => token)).toEqual([...codes]);
  expect(steps.map(({ row, column }) => 3 * row + column)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  expect(steps.flatMap(({ image }, i) => (image ? [i] : []))).toEqual([3, 7, 8]);
  expect([rows, columns, unknownWords, image.width, image.height]).toEqual([3, 3, ['the'], 12, 12]);
  const last = steps.at(-1)!;
  expect([last.codes, last.image!.data]).toEqual([codes, image.data]);
  expect((await model.decodeImage(codes)).data).toEqual(image.data);
  expect([...steps[3]!.codes]).toEqual([...codes.slice(0, 4), -1, -1, -1, -1, -1]);
  expect((await model.decodeImage(steps[3]!.codes)).data).toEqual(steps[3]!.image!.data);
  model.dispose();
});

test('an autoencoder of pictures agrees with the reference, and pictures are its codes', async () => {
  const files = fixtureFiles('fixtures/checkpoints/residual-image-tokens');
  const report = await parity(files);
  expect(report.checks.map(({ name }) => name).sort()).toEqual(['codes', 'pixels', 'vectors']);
  expect(report.checks.filter(({ pass }) => !pass)).toEqual([]);
  const model = await loadModel(files);
  const before = memoryUsage();
  const image = {
    width: 12,
    height: 12,
    channels: 3 as const,
    data: Uint8Array.from({ length: 432 }, (_, i) => i % 256),
  };
  const data = Float32Array.from(
    { length: 432 },
    (_, i) => image.data[(i % 144) * 3 + Math.floor(i / 144)]! / 127.5 - 1,
  );
  const [encoded] = await model.encodeImage({ kind: 'pixels', shape: [1, 3, 12, 12], data });
  expect([encoded!.codes.length, encoded!.rows, encoded!.columns]).toEqual([9, 3, 3]);
  const decoded = await model.decodeImage(encoded!.codes);
  expect([decoded.width, decoded.height, decoded.channels, decoded.data.length]).toEqual([12, 12, 3, 432]);
  expect(memoryUsage()).toEqual(before);
  model.dispose();
});
