import { crossAttention, keyRange, padding, selfAttention } from '@residual/attention';
import { gridPositions, learnedTokens, patchEmbedding, tokenEmbedding } from '@residual/embeddings';
import { emptyScope, init, layerNorm, layerScale, linear, record, sequential } from '@residual/layers';
import { mlp } from '@residual/mlp';
import { dispose, memoryUsage, normalValues, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import {
  attentionPooling,
  classAndMeanOfPatches,
  firstToken,
  imageEncoder,
  layerScaleBlock,
  meanOfPatches,
  stack,
  textEncoder,
  textIds,
  tokenWithId,
  twoTowerModel,
  withHead,
  withImageHead,
} from '../index.js';

const [dim, heads, channels] = [4, 2, 3];
const norm = layerNorm({ dim });
const block = layerScaleBlock({
  norm,
  attention: selfAttention({ modelDim: dim, heads }),
  mlp: mlp({ modelDim: dim, hiddenDim: 5 }),
  scale: layerScale({ dim, initial: 0.5 }),
});
const encoder = stack({ block, depth: 2, norm });
const patches = patchEmbedding({ patch: 2, channels, dim });
const body = imageEncoder({
  patches,
  tokens: { class: learnedTokens({ dim }) },
  positionEncoding: gridPositions({ grid: { rows: 2, columns: 2 }, dim, prefix: 1 }),
  registers: learnedTokens({ dim, count: 2 }),
  encoder,
});
const numbers = (name: string, shape: number[]) =>
  tensor(
    normalValues(
      3,
      name,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );

test('tokens, registers and patches are read in order, taps see them, and memory returns', async () => {
  const before = memoryUsage();
  const model = withImageHead(body, sequential({ pool: firstToken(), classifier: linear({ in: dim, out: 3 }) }));
  const weights = init(model, { seed: 3 });
  const pixels = numbers('pixels', [2, 4, 4, channels]);
  const recorder = record(['embedded', 'patches.output', 'encoder.layers.1.attention.weights', 'encoder.output']);
  const y = model(weights, { pixels }, recorder.scope);
  expect(y.shape).toEqual([2, 3]);
  const { values } = recorder;
  expect(values.get('encoder.layers.1.attention.weights')!.shape).toEqual([2, heads, 7, 7]);
  const [embedded, cut] = [await values.get('embedded')!.data(), await values.get('patches.output')!.data()];
  const table = (await (weights.positions!.weight as typeof pixels).data()) as Float32Array;
  const registers = await weights.registers!.weight.data();
  const token = await weights.tokens!.class!.weight.data();
  const expected = [0, 1].flatMap(picture => [
    ...token.map((value, i) => value + table[i]!),
    ...registers,
    ...cut.slice(picture * 16, picture * 16 + 16).map((value, i) => value + table[dim + i]!),
  ]);
  await expectClose(embedded, expected, { absolute: 1e-5 });
  const hidden = model.hiddenStates(weights, { pixels });
  await expectClose(hidden, values.get('encoder.output')!, { absolute: 1e-5 });
  const other = numbers('other', [1, 6, 2, channels]); // another grid
  const z = model(weights, { pixels: other });
  expect([model.prefix, z.shape]).toEqual([3, [1, 3]]);
  expect(() => model(weights, { pixels, grids: [{ rows: 2, columns: 2 }] })).toThrow(
    'imageEncoder: there are 1 grids for 2 pictures',
  );
  recorder.dispose();
  dispose([weights, pixels, y, hidden, other, z]);
  expect(memoryUsage()).toEqual(before);
});

test('patches behind the last of a picture change nothing', async () => {
  const pool = attentionPooling({
    dim,
    attention: crossAttention({ modelDim: dim, heads }),
    norm,
    mlp: mlp({ modelDim: dim }),
  });
  const positionEncoding = gridPositions({ grid: { rows: 2, columns: 2 }, dim, resize: 'bilinearAntialiased' });
  for (const head of [pool, meanOfPatches()]) {
    const model = withImageHead(imageEncoder({ patches, positionEncoding, encoder }), sequential({ head }));
    const weights = init(model, { seed: 5 });
    const cut = normalValues(3, 'cut', 2 * 4 * 12);
    const both = tensor(cut, [2, 4, 12]);
    const range = padding({ lengths: [4, 3] });
    const scope = emptyScope.with(keyRange, range);
    const y = model(
      weights,
      {
        pixels: both,
        grids: [
          { rows: 2, columns: 2 },
          { rows: 1, columns: 3 },
        ],
      },
      scope,
    );
    const alone = tensor(cut.slice(48, 84), [1, 3, 12]);
    const z = model(weights, { pixels: alone, grids: [{ rows: 1, columns: 3 }] });
    await expectClose([...(await y.data())].slice(dim), [...(await z.data())], { absolute: 1e-5 });
    dispose([weights, both, range, y, alone, z]);
  }
});

test('poolings take the class token, the mean of the patches, or the token with an id', async () => {
  const x = tensor(
    Float32Array.from({ length: 20 }, (_, i) => i),
    [2, 5, 2],
  );
  const ids = tensor([3, 7, 7, 1, 1, 5, 6, 2, 2, 6], [2, 5], 'int32');
  const scope = emptyScope.with(textIds, ids);
  const cases = [
    [classAndMeanOfPatches({ dim: 2, prefix: 2 })({}, x), [0, 1, 6, 7, 10, 11, 16, 17]],
    [meanOfPatches({ prefix: 3 })({}, x), [7, 8, 17, 18]],
    [tokenWithId()({}, x, scope), [2, 3, 12, 13]], // the largest id
    [tokenWithId({ tokenId: 2 })({}, x, scope), [0, 1, 14, 15]], // none has it in the first text
  ] as const;
  for (const [y, expected] of cases) {
    await expectClose(y, expected, { absolute: 1e-5 });
    y.dispose();
  }
  expect(() => tokenWithId()({}, x)).toThrow("tokenWithId: at '' there are no textIds");
  dispose([x, ids]);
});

test('two towers compare unit vectors by a scale and a bias, whole and in halves', async () => {
  const image = withImageHead(body, sequential({ pool: firstToken(), projection: linear({ in: dim, out: 3 }) }));
  const text = withHead(
    textEncoder({ embedding: tokenEmbedding({ vocab: 7, dim }), encoder }),
    sequential({ pool: firstToken(), projection: linear({ in: dim, out: 3 }) }),
  );
  const model = twoTowerModel({ image, text, bias: true });
  const before = memoryUsage();
  const weights = { ...init(model, { seed: 7 }) };
  const [pixels, ids] = [numbers('pixels', [2, 4, 4, channels]), tensor([1, 2, 3, 4, 5, 6], [3, 2], 'int32')];
  const logits = model(weights, { image: { pixels }, text: { ids } });
  expect(logits.shape).toEqual([2, 3]);
  const [images, texts] = [model.embedImages(weights, { pixels }), model.embedTexts(weights, { ids })];
  const [a, b] = [await images.data(), await texts.data()];
  const expected = [0, 1].flatMap(i =>
    [0, 1, 2].map(j => [0, 1, 2].reduce((total, k) => total + a[3 * i + k]! * b[3 * j + k]!, 0) / 0.07),
  );
  await expectClose(logits, expected, { absolute: 1e-3 });
  expect(Math.hypot(...a.slice(0, 3))).toBeCloseTo(1, 5);
  const compared = model.compare(weights, { images, texts });
  await expectClose(compared, logits, { absolute: 1e-5 });
  dispose([weights, pixels, ids, logits, images, texts, compared]);
  expect(memoryUsage()).toEqual(before);
  const narrow = withImageHead(body, sequential({ pool: firstToken(), projection: linear({ in: dim, out: 2 }) }));
  expect(() => twoTowerModel({ image: narrow, text })).toThrow(
    'twoTowerModel: vectors of pictures are 2 wide, those of texts 3; they must be equal',
  );
});

test('parts of other widths throw when they are composed', () => {
  expect(() => imageEncoder({ patches: patchEmbedding({ patch: 2, dim: 5 }), encoder })).toThrow(
    'imageEncoder: patches is 5 wide, encoder 4; they must be equal',
  );
  expect(() => imageEncoder({ patches, tokens: { class: learnedTokens({ dim: 3 }) }, encoder })).toThrow(
    'imageEncoder: patches is 4 wide, the class token 3; they must be equal',
  );
});
