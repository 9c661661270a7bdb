import { weightNeeds } from '@residual/layers';
import { expect, test } from 'vitest';
import { tensorSlices } from '../checkpoint/checkpoint-names.js';
import { keywordConfig, keywordSpotting } from './keyword-family.js';

const labels = ['silence', 'yes', 'no'];
const config = keywordConfig(labels, { modelDim: 8, heads: 2, depth: 2 });

test('every weight is stored under its own name', () => {
  const { model, ...info } = keywordSpotting.compose(config);
  const slices = tensorSlices(keywordSpotting, model);
  expect([...slices.values()].map(({ checkpointName }) => checkpointName)).toEqual(
    weightNeeds(model).map(({ path }) => path),
  );
  expect(info).toMatchObject({ kind: 'audio-classification', labels, maxPositions: 99, depth: 2, heads: 2 });
  expect(info.source).toEqual({ kind: 'frames', frames: 98, bins: 40 });
});

test('a config that is not understood is refused', () => {
  expect(() => keywordSpotting.compose({ ...config, hidden_size: 0 })).toThrow('hidden_size is 0');
  expect(() => keywordSpotting.compose({ ...config, id2label: { 1: 'yes' } })).toThrow('id2label');
  expect(() => keywordSpotting.compose({ ...config, oddity: 1 })).toThrow('oddity');
});
