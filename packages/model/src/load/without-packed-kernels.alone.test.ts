import '@residual/testkit/wasm';
import { expect, test, vi } from 'vitest';
import { fixtureFiles } from '../testing/fixture-files.js';
import { loadModel } from './load-model.js';

/** As on WebGL 1. */
vi.mock('@residual/tensor', async original => ({ ...(await original<object>()), canUnpack: () => false }));

test('where the backend cannot read packed matrices, a checkpoint in 8 bits is held in float32', async () => {
  const files = fixtureFiles('packages/model-stories/model');
  const model = await loadModel(files);
  const { bytes, parameters } = model.describe();
  expect(bytes).toBe(4 * parameters);
  const options = { temperature: 0, maxNewTokens: 4 };
  expect((await model.generate('Once upon a time', options).result()).text).toBe(', there was a');
  model.dispose();
  const chosen = await loadModel(files, { weights: 'as stored' });
  expect(chosen.describe().bytes).toBeLessThan(1.2 * parameters);
  chosen.dispose();
});
