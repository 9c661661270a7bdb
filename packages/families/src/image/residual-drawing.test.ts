import { init, weightNeeds } from '@residual/layers';
import { dispose, tensor, tidy } from '@residual/tensor';
import { expect, test } from 'vitest';
import { tensorSlices } from '../checkpoint/checkpoint-names.js';
import { residualDrawing, residualDrawingConfig } from './residual-drawing.js';

const sizes = { grid: 3, words: 5, wordDim: 7, modelDim: 8, heads: 2, depth: 2, maxPositions: 11 };

test('it reads words and drawings, and has logits for the tokens of drawings alone', async () => {
  const { model, drawingGrid, maxPositions } = residualDrawing.compose(residualDrawingConfig(sizes));
  expect([model.vocab, drawingGrid, maxPositions]).toEqual([17, 3, 11]);
  const weights = init(model, { seed: 1 }) as never;
  const ids = tensor([12, 16, 11, 0, 9], [1, 5], 'int32');
  const logits = tidy(() => model(weights, ids));
  expect(logits.shape).toEqual([1, 5, 12]);
  dispose([weights, ids, logits]);
});

test('every weight has a name of its own', () => {
  const { model } = residualDrawing.compose(residualDrawingConfig(sizes));
  const slices = tensorSlices(residualDrawing, model);
  expect([...slices.keys()]).toEqual(weightNeeds(model).map(({ path }) => path));
  expect(new Set([...slices.values()].map(({ checkpointName }) => checkpointName)).size).toBe(slices.size);
  expect(slices.get('embedding.read.projection.weight')!.checkpointName).toBe('model.word_projection.weight');
});

test('a config that is not understood is refused', () => {
  const config = residualDrawingConfig(sizes);
  const refused = (fields: object) => () => residualDrawing.compose({ ...config, ...fields });
  expect(refused({ vocab_size: 12 })).toThrow(
    'residual_drawing: config field vocab_size is 12; it must be above the 12 tokens of drawings',
  );
  expect(refused({ grid_size: 1e6 })).toThrow('grid_size is 1000000');
  expect(refused({ oddity: 1 })).toThrow('oddity');
});
