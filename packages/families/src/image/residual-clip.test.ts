import { init, weightNeeds } from '@residual/layers';
import { dispose, tensor, tidy } from '@residual/tensor';
import { expect, test } from 'vitest';
import { tensorSlices } from '../checkpoint/checkpoint-names.js';
import { storedShape } from '../checkpoint/tensor-slice.js';
import { residualClip, residualClipConfig } from './residual-clip.js';

const sizes = {
  ...{ vocab: 11, wordDim: 6, imageSize: 8, widths: [3, 5], modelDim: 4, heads: 2, depth: 1 },
  ...{ maxPositions: 7, dim: 2, pad: 1 },
};

test('pictures of any size and texts become vectors of length 1', async () => {
  const { model } = residualClip.compose(residualClipConfig(sizes));
  const weights = init(model, { seed: 1 }) as never;
  const [pixels, ids] = [
    tensor(new Float32Array(2 * 9 * 5 * 3).fill(0.3), [2, 9, 5, 3]),
    tensor([2, 3], [1, 2], 'int32'),
  ];
  const vectors = tidy(() => [model.embedImages(weights, { pixels }), model.embedTexts(weights, { ids })]);
  expect(vectors.map(({ shape }) => shape)).toEqual([
    [2, 2],
    [1, 2],
  ]);
  for (const vector of vectors) {
    const [x, y] = await vector.data();
    expect(Math.hypot(x!, y!)).toBeCloseTo(1, 5);
  }
  dispose([weights, pixels, ids, vectors]);
});

test('every weight has a name of its own, and kernels are stored as [out, in, height, width]', () => {
  const { model } = residualClip.compose(residualClipConfig(sizes));
  const slices = tensorSlices(residualClip, model);
  expect([...slices.keys()]).toEqual(weightNeeds(model).map(({ path }) => path));
  expect(new Set([...slices.values()].map(({ checkpointName }) => checkpointName)).size).toBe(slices.size);
  const kernel = slices.get('image.convolutions.layers.2.second.convolution.weight')!;
  expect([kernel.checkpointName, storedShape(kernel)]).toEqual([
    'vision_model.layers.2.second.convolution.weight',
    [5, 5, 3, 3],
  ]);
});

test('a config that is not understood is refused', () => {
  const config = residualClipConfig(sizes);
  const withWidths = (hidden_sizes: unknown) => ({ ...config, vision_config: { hidden_sizes } });
  expect(() => residualClip.compose(withWidths([3, 0.5]))).toThrow('each of hidden_sizes is 0.5');
  for (const widths of [[], 3, Array(13).fill(1)])
    expect(() => residualClip.compose(withWidths(widths))).toThrow('hidden_sizes');
  expect(() => residualClip.compose({ ...config, vision_config: { oddity: 1 } })).toThrow('oddity');
});
