import { causal, crossAttention, lowRankValueAttention, selfAttention } from '@residual/attention';
import { alibi, learnedPositions, rotary, tokenEmbedding } from '@residual/embeddings';
import { activation, dropout, layerNorm, linear } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { expect, test } from 'vitest';
import {
  crossBlock,
  crossStack,
  encoderDecoder,
  languageModel,
  parallelBlock,
  postNormBlock,
  postNormCrossBlock,
  stack,
  transformerBlock,
} from './index.js';

const parts = (modelDim: number) => ({
  norm: layerNorm({ dim: modelDim }),
  attention: selfAttention({ modelDim, heads: 2, mask: causal() }),
  crossAttention: crossAttention({ modelDim, heads: 2 }),
  mlp: mlp({ modelDim }),
});
const [{ crossAttention: crossOfSix, ...six }, { crossAttention: crossOfEight, ...eight }] = [parts(6), parts(8)];
const crossSix = { ...six, crossAttention: crossOfSix };
const embedding = tokenEmbedding({ vocab: 11, dim: 6 });
const decoder = stack({ block: transformerBlock(six), depth: 2 });
const crossDecoder = crossStack({ block: crossBlock(crossSix), depth: 2 });
const sighted = { ...six, attention: selfAttention({ modelDim: 6, heads: 2 }) };
const encoder = stack({ block: transformerBlock(sighted), depth: 1 });
const sightedDecoder = crossStack({ block: crossBlock({ ...sighted, crossAttention: crossOfSix }), depth: 1 });

const needsMask =
  'attention has no causal mask, so that each token sees those it is to predict; ' +
  'give it mask: causal(), or say bidirectional: true';

const unfit: Record<string, () => unknown> = {
  'transformerBlock: norm is 6 wide, mlp 8; they must be equal': () => transformerBlock({ ...six, mlp: eight.mlp }),
  'transformerBlock: dropout is 0.1; it must be a layer': () => transformerBlock({ ...six, dropout: 0.1 as never }),
  'postNormBlock: norm is 8 wide, attention 6; they must be equal': () => postNormBlock({ ...six, norm: eight.norm }),
  'parallelBlock: norm is 6 wide, attention 8; they must be equal': () =>
    parallelBlock({ ...six, attention: eight.attention }),
  'crossBlock: norm is 6 wide, crossAttention 8; they must be equal': () =>
    crossBlock({ ...six, crossAttention: crossOfEight }),
  'postNormCrossBlock: norm is 6 wide, mlp 8; they must be equal': () =>
    postNormCrossBlock({ ...crossSix, mlp: gatedMlp({ modelDim: 8 }) }),
  'stack: block 0 is 6 wide, block 1 8; they must be equal': () =>
    stack({ block: [transformerBlock(six), transformerBlock(eight)] }),
  'crossStack: block 0 is 6 wide, norm 8; they must be equal': () =>
    crossStack({ block: crossBlock(crossSix), depth: 2, norm: eight.norm }),
  'stack: the depth of one block is undefined; it must be a whole number, 1 or more': () =>
    stack({ block: transformerBlock(six) }),
  'stack: the depth of one block is 1.5; it must be a whole number, 1 or more': () =>
    stack({ block: transformerBlock(six), depth: 1.5 }),
  'stack: the list of blocks is empty': () => stack({ block: [] }),
  'crossStack: depth is 3 but the list has 2 blocks; leave depth out': () =>
    crossStack({ block: [crossBlock(crossSix), crossBlock(crossSix)], depth: 3 }),
  'languageModel: embedding is 8 wide, decoder 6; they must be equal': () =>
    languageModel({ embedding: tokenEmbedding({ vocab: 11, dim: 8 }), decoder }),
  'languageModel: learnedPositions is made for dim 8, here dim is 6; they must be equal': () =>
    languageModel({ embedding, decoder, positionEncoding: learnedPositions({ maxPositions: 5, dim: 8 }) }),
  'languageModel: rotary acts inside attention only and would do nothing on the input': () =>
    languageModel({ embedding, decoder, positionEncoding: rotary({ headDim: 3, rotaryDim: 2 }) }),
  'languageModel: embedding is 6 wide, afterEmbedding 8; they must be equal': () =>
    languageModel({ embedding, decoder, afterEmbedding: eight.norm }),
  'languageModel: embedding is 6 wide, head 8; they must be equal': () =>
    languageModel({ embedding, decoder, head: linear({ in: 8, out: 11 }) }),
  'languageModel: vocabulary is 11 wide, head 13; they must be equal': () =>
    languageModel({ embedding, decoder, head: linear({ in: 6, out: 13 }) }),
  [`languageModel: decoder.layers.0.${needsMask}`]: () => languageModel({ embedding, decoder: encoder }),
  [`encoderDecoder: decoder.layers.0.${needsMask}`]: () =>
    encoderDecoder({ source: { embedding }, encoder, decoder: sightedDecoder }),
  'encoderDecoder: source is 6 wide, encoder 8; they must be equal': () =>
    encoderDecoder({
      source: { embedding },
      encoder: stack({ block: transformerBlock(eight), depth: 1 }),
      decoder: crossDecoder,
    }),
  'encoderDecoder: source is 8 wide, encoder 6; they must be equal': () =>
    encoderDecoder({
      source: { features: linear({ in: 3, out: 8 }) },
      target: { embedding },
      encoder,
      decoder: crossDecoder,
    }),
  'encoderDecoder: features is 6 wide, afterEmbedding 8; they must be equal': () =>
    encoderDecoder({
      source: { features: linear({ in: 3, out: 6 }), afterEmbedding: eight.norm },
      target: { embedding },
      encoder,
      decoder: crossDecoder,
    }),
  'encoderDecoder: a source of features has no embedding to share; target needs an embedding of its own': () =>
    encoderDecoder({ source: { features: linear({ in: 3, out: 6 }) }, encoder, decoder: crossDecoder } as never),
  'encoderDecoder: target is 8 wide, decoder 6; they must be equal': () =>
    encoderDecoder({
      source: { embedding },
      target: { embedding: tokenEmbedding({ vocab: 5, dim: 8 }) },
      encoder,
      decoder: crossDecoder,
    }),
  'encoderDecoder: encoder is 8 wide, the memory of the decoder 6; they must be equal': () =>
    encoderDecoder({
      source: { embedding: tokenEmbedding({ vocab: 5, dim: 8 }) },
      target: { embedding },
      encoder: stack({ block: transformerBlock(eight), depth: 1 }),
      decoder: crossDecoder,
    }),
  'encoderDecoder: alibi acts inside attention only and would do nothing on the input': () =>
    encoderDecoder({ source: { embedding, positionEncoding: alibi({ heads: 2 }) }, encoder, decoder: crossDecoder }),
};

test.each(Object.entries(unfit))('%s', (message, compose) => {
  expect(compose).toThrow(expect.objectContaining({ message }));
});

test('a bidirectional model is composed when asked for', () => {
  expect(languageModel({ embedding, decoder: encoder, bidirectional: true }).vocab).toBe(11);
  expect(encoderDecoder({ source: { embedding }, encoder, decoder: sightedDecoder, bidirectional: true }).dim).toBe(6);
  const explained = lowRankValueAttention({ modelDim: 6, heads: 2 });
  const blind = stack({ block: [transformerBlock({ ...six, attention: explained })] });
  expect(() => languageModel({ embedding, decoder: blind })).toThrow('decoder.layers.0.attention has no causal mask');
});

test('parts that state no width fit everywhere', () => {
  const block = transformerBlock({ ...six, dropout: dropout({ rate: 0.1 }), mlp: activation('relu') });
  expect(block.about).toMatchObject({ name: 'transformerBlock', inDim: 6, outDim: 6 });
});
