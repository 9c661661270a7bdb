import { init, weightNeeds } from '@residual/layers';
import { dispose, tensor, tidy } from '@residual/tensor';
import { expect, test } from 'vitest';
import { tensorSlices } from '../checkpoint/checkpoint-names.js';
import { residualImageTokens, residualImageTokensConfig } from './residual-image-tokens.js';
import { residualPainting, residualPaintingConfig } from './residual-painting.js';

const image = { imageSize: 8, factor: 4, codes: 11, codeDim: 3, modelDim: 5, encoderDepth: 2, decoderDepth: 1 };
const imageConfig = residualImageTokensConfig(image);
const sizes = { words: 7, wordDim: 4, modelDim: 8, heads: 2, depth: 2, promptWords: 3 };
const config = residualPaintingConfig(imageConfig, sizes);

test('it reads words and codes, has logits for codes alone, and an image tokenizer beside it', () => {
  const { model, painting, maxPositions } = residualPainting.compose(config);
  expect([model.vocab, maxPositions]).toEqual([19, 8]);
  expect(painting).toMatchObject({ promptWords: 3, grid: { rows: 2, columns: 2 }, imageSize: { height: 8, width: 8 } });
  const weights = init(model, { seed: 1 }) as unknown as { image: never };
  const ids = tensor([14, 18, 13, 11, 0, 9], [1, 6], 'int32');
  const logits = tidy(() => model(weights as never, ids));
  expect(logits.shape).toEqual([1, 6, 12]);
  const codes = tensor([0, 10, -1, 4], [1, 2, 2], 'int32');
  const pixels = tidy(() => painting!.tokenizer.decode(weights.image, codes));
  expect(pixels.shape).toEqual([1, 8, 8, 3]);
  dispose([weights, ids, logits, codes, pixels] as never[]);
});

test('every weight has a name of its own', () => {
  for (const [family, { model }] of [
    [residualPainting, residualPainting.compose(config)],
    [residualImageTokens, residualImageTokens.compose(imageConfig)],
  ] as const) {
    const slices = tensorSlices(family, model);
    expect([...slices.keys()]).toEqual(weightNeeds(model).map(({ path }) => path));
    expect(new Set([...slices.values()].map(({ checkpointName }) => checkpointName)).size).toBe(slices.size);
  }
  const slices = tensorSlices(residualPainting, residualPainting.compose(config).model);
  expect(slices.get('image.quantizer.codebook')!.checkpointName).toBe('image.quantizer.codebook');
  expect(slices.get('positions.weight')!.checkpointName).toBe('model.embed_positions.weight');
});

test('a config that is not understood is refused', () => {
  const refused = (fields: object) => () => residualPainting.compose({ ...config, ...fields });
  const image = config.image_config as object;
  expect(refused({ vocab_size: 12 })).toThrow(
    'residual_painting: config field vocab_size is 12; it must be above the 12 tokens of pictures',
  );
  expect(refused({ max_position_embeddings: 7 })).toThrow('is 7; it must be 8 or more, a prompt and a picture');
  expect(refused({ pad_token_id: 11 })).toThrow('pad_token_id is 11; it must be a word, 12 .. 18');
  expect(refused({ image_config: { ...image, patch_size: 3 } })).toThrow(
    'residual_painting image_config: config field patch_size is 3; it must be a divisor of image_size 8',
  );
  expect(refused({ image_config: { ...image, oddity: 1 } })).toThrow('oddity');
  expect(refused({ oddity: 1 })).toThrow('oddity');
});
