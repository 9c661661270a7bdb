import * as attention from '@residual/attention';
import * as embeddings from '@residual/embeddings';
import * as layers from '@residual/layers';
import * as mlps from '@residual/mlp';
import { describe, expect, test } from 'vitest';
import * as transformer from './index.js';

const [modelDim, heads] = [6, 2];
const norm = layers.layerNorm({ dim: modelDim });
const attend = attention.selfAttention({ modelDim, heads, mask: attention.causal() });
const crossAttention = attention.crossAttention({ modelDim, heads });
const perceptron = mlps.mlp({ modelDim });
const block = { norm, attention: attend, mlp: perceptron };
const embedding = embeddings.tokenEmbedding({ vocab: 5, dim: modelDim });
const decoder = transformer.stack({ block: transformer.transformerBlock(block), depth: 1 });
const crossDecoder = transformer.crossStack({ block: transformer.crossBlock({ ...block, crossAttention }), depth: 1 });
const words = { embedding };
const grid = { rows: 2, columns: 3 };
const patches = embeddings.patchEmbedding({ patch: 2, dim: modelDim });
const routed = { modelDim, experts: 3, topK: 2 };

type Options = Readonly<Record<string, unknown>>;
type Compose = (options: Options) => unknown;
const of = (compose: (options: never) => unknown, options: Options, required = Object.keys(options)) => ({
  compose: compose as Compose,
  options,
  required,
});
const seeded = (options: Options) => layers.init(norm, options as never);

/** Every function with named options, with valid options and the names of the required ones. */
const compositions: Record<string, ReturnType<typeof of>> = {
  linear: of(layers.linear, { in: 3, out: 5 }),
  convolution1d: of(layers.convolution1d, { in: 3, out: 5, kernelSize: 3 }),
  convolution2d: of(layers.convolution2d, { in: 3, out: 5, kernelSize: 3 }),
  transposedConvolution1d: of(layers.transposedConvolution1d, { in: 3, out: 5, kernelSize: 3 }),
  pixelShuffle: of(layers.pixelShuffle, { in: 4, factor: 2 }),
  vectorQuantizer: of(layers.vectorQuantizer, { codes: 3, dim: 2 }),
  weightNormConvolution1d: of(layers.weightNormConvolution1d, { in: 3, out: 5, kernelSize: 3 }),
  batchNorm: of(layers.batchNorm, { dim: 3 }),
  groupNorm: of(layers.groupNorm, { dim: 4, groups: 2 }),
  layerNorm: of(layers.layerNorm, { dim: 3 }),
  rmsNorm: of(layers.rmsNorm, { dim: 3 }),
  layerNormAroundOne: of(layers.layerNormAroundOne, { dim: 3 }),
  rmsNormAroundOne: of(layers.rmsNormAroundOne, { dim: 3 }),
  unitNorm: of(layers.unitNorm, { dim: 3 }),
  layerNormPerHead: of(layers.layerNormPerHead, { heads, dim: 3 }),
  dropout: of(layers.dropout, { rate: 0.5 }),
  matrix: of((options: layers.MatrixOptions) => layers.matrix([3, 5], options), { role: 'key' }, []),
  describe: of((options: layers.DescribeOptions) => layers.describe(norm, options), { keyLen: 3 }, []),
  init: of(seeded, {}, ['seed']),
  tokenEmbedding: of(embeddings.tokenEmbedding, { vocab: 5, dim: 3 }),
  joinedEmbedding: of(embeddings.joinedEmbedding, {
    written: embeddings.tokenEmbedding({ vocab: 2, dim: 4 }),
    read: embeddings.tokenEmbedding({ vocab: 2, dim: 4 }),
  }),
  projectedEmbedding: of(embeddings.projectedEmbedding, {
    embedding,
    projection: layers.linear({ in: modelDim, out: 7 }),
  }),
  learnedPositions: of(embeddings.learnedPositions, { maxPositions: 5, dim: 3 }),
  sinusoidalPositions: of(embeddings.sinusoidalPositions, { maxPositions: 5, dim: 4 }),
  relativePositions: of(embeddings.relativePositions, { heads }),
  rotary: of(embeddings.rotary, { headDim: 4 }),
  rotaryFrequencies: of(embeddings.rotaryFrequencies, { rotaryDim: 4 }),
  alibi: of(embeddings.alibi, { heads }),
  layerScale: of(layers.layerScale, { dim: 3 }),
  patchEmbedding: of(embeddings.patchEmbedding, { patch: 2, dim: 3 }),
  learnedTokens: of(embeddings.learnedTokens, { dim: 3 }),
  gridPositions: of(embeddings.gridPositions, { grid, dim: 3 }),
  gridBias: of(embeddings.gridBias, { grid, heads }),
  patchRotary: of(embeddings.patchRotary, { headDim: 4 }),
  positionTemperature: of(embeddings.positionTemperature, { strength: 0.1, interval: 4 }),
  gatedBiasAttention: of(attention.gatedBiasAttention, { attention: attend }),
  audioModel: of(transformer.audioModel, { features: perceptron, encoder: decoder }),
  selfAttention: of(attention.selfAttention, { modelDim, heads }),
  keyGivingAttention: of(attention.keyGivingAttention, { modelDim, heads }),
  keyReadingAttention: of(attention.keyReadingAttention, { modelDim, heads }),
  crossAttention: of(attention.crossAttention, { modelDim, heads }),
  differentialAttention: of(attention.differentialAttention, {
    ...{ modelDim, heads, lambdaStart: 0.5 },
    pairNorm: layers.unitNorm({ dim: 6 }),
  }),
  disentangledAttention: of(attention.disentangledAttention, { modelDim, heads, terms: [] }),
  disentangledPositions: of(attention.disentangledPositions, { dim: modelDim, maxDistance: 5 }),
  latentAttention: of(attention.latentAttention, {
    modelDim,
    heads,
    latentDim: 5,
    contentDim: 3,
    positionDim: 2,
    valueDim: 4,
  }),
  lowRankValueAttention: of(attention.lowRankValueAttention, { modelDim, heads }),
  Cache: of((options: attention.CacheOptions) => new attention.Cache(options), { maxPositions: 5 }),
  mlp: of(mlps.mlp, { modelDim }),
  gatedMlp: of(mlps.gatedMlp, { modelDim }),
  xielu: of(mlps.xielu, {}),
  gaussianTopK: of(mlps.gaussianTopK, { sparsity: 0.5, activation: 'silu' }),
  expertLinear: of(mlps.expertLinear, { experts: 3, in: 3, out: 5 }),
  gatedExperts: of(mlps.gatedExperts, { modelDim, hiddenDim: 5, experts: 3 }),
  plainExperts: of(mlps.plainExperts, { modelDim, hiddenDim: 5, experts: 3 }),
  clampedExperts: of(mlps.clampedExperts, { modelDim, hiddenDim: 5, experts: 3 }),
  softmaxRouter: of(mlps.softmaxRouter, routed),
  topKSoftmaxRouter: of(mlps.topKSoftmaxRouter, routed),
  sigmoidRouter: of(mlps.sigmoidRouter, routed),
  sigmoidInputRouter: of(mlps.sigmoidInputRouter, routed),
  sparseMixer: of(mlps.sparseMixer, { modelDim, experts: 3 }),
  sigmoidGated: of(mlps.sigmoidGated, { modelDim, mlp: perceptron }),
  mixtureOfExperts: of(mlps.mixtureOfExperts, {
    router: mlps.softmaxRouter(routed),
    experts: mlps.gatedExperts({ modelDim, hiddenDim: 5, experts: 3 }),
  }),
  transformerBlock: of(transformer.transformerBlock, block),
  postNormBlock: of(transformer.postNormBlock, block),
  parallelBlock: of(transformer.parallelBlock, block),
  normedResidualBlock: of(transformer.normedResidualBlock, block),
  mixerBlock: of(transformer.mixerBlock, { norm, mixer: attend }),
  outputNormBlock: of(transformer.outputNormBlock, block),
  sandwichBlock: of(transformer.sandwichBlock, block),
  sharedNormBlock: of(transformer.sharedNormBlock, block),
  layerScaleBlock: of(transformer.layerScaleBlock, { ...block, scale: layers.layerScale({ dim: modelDim }) }),
  imageEncoder: of(transformer.imageEncoder, { patches, encoder: decoder }),
  attentionPooling: of(transformer.attentionPooling, {
    ...{ norm, mlp: perceptron, dim: modelDim },
    attention: crossAttention,
  }),
  meanOfPatches: of(transformer.meanOfPatches, { prefix: 1 }, []),
  classAndMeanOfPatches: of(transformer.classAndMeanOfPatches, { prefix: 1, dim: modelDim }),
  tokenWithId: of(transformer.tokenWithId, { tokenId: 1 }, []),
  residualConvolution: of(transformer.residualConvolution, { first: perceptron, second: perceptron }),
  convolutionTower: of(transformer.convolutionTower, { layers: [perceptron] }),
  imageTokenizer: of(transformer.imageTokenizer, {
    encoder: layers.linear({ in: 3, out: 2 }),
    quantizer: layers.vectorQuantizer({ codes: 3, dim: 2 }),
    decoder: layers.linear({ in: 2, out: 3 }),
  }),
  twoTowerModel: of(transformer.twoTowerModel, {
    image: transformer.imageEncoder({ patches, encoder: decoder }),
    text: transformer.textDecoder({ ...words, decoder }),
  }),
  crossBlock: of(transformer.crossBlock, { ...block, crossAttention }),
  postNormCrossBlock: of(transformer.postNormCrossBlock, { ...block, crossAttention }),
  sandwichCrossBlock: of(transformer.sandwichCrossBlock, { ...block, crossAttention }),
  stack: of(transformer.stack, { block: [attend] }),
  crossStack: of(transformer.crossStack, { block: [crossAttention] }),
  maskedLanguageModel: of(transformer.maskedLanguageModel, { ...words, encoder: decoder }),
  textEncoder: of(transformer.textEncoder, { ...words, encoder: decoder }),
  textDecoder: of(transformer.textDecoder, { ...words, decoder }),
  lastToken: of(transformer.lastToken, { padTokenId: 0 }, []),
  languageModel: of(transformer.languageModel, { ...words, decoder }),
  encoderDecoder: of(transformer.encoderDecoder, { source: words, encoder: decoder, decoder: crossDecoder }),
  'encoderDecoder: source': of((source: Options) => translator({ source }), words),
  'encoderDecoder: target': of((target: Options) => translator({ target }), words, []),
};
function translator(parts: Options) {
  return transformer.encoderDecoder({ source: words, encoder: decoder, decoder: crossDecoder, ...parts });
}

describe.each(Object.entries(compositions))('%s', (name, { compose, options, required }) => {
  test('refuses an option that does not exist', () => {
    expect(() => compose({ ...options, oddity: 1, seed: name === 'init' ? 1 : undefined })).toThrow(
      `${name}: oddity is not an option; options are `,
    );
  });
  test.each(required)('names %s where it is missing', option => {
    expect(() => compose({ ...options, [option]: undefined })).toThrow(`${name}: ${option} is missing; options are `);
  });
});

test('every function that composes is among them', () => {
  const others = [
    ...['activation', 'bind', 'census', 'countParameters', 'expectLayers', 'expectPositionEncoding', 'expectSameWidth'],
    ...[
      'flatten',
      'layer',
      'leavesOf',
      'load',
      'mapTree',
      'pathMatcher',
      'needsOf',
      'noMatchingTensor',
      'stepPositions',
      'stepPositionsOf',
      'randomness',
      'selectOutputPosition',
      'outputScope',
    ],
    ...[
      'record',
      'replace',
      'save',
      'Scope',
      'withHooks',
      'withInspect',
      'sizeOf',
      'summary',
      'slot',
      'table',
      'treeOf',
      'unflatten',
      'vector',
      'visit',
    ],
    ...['weightNeeds', 'alibiSlopes', 'relativeBucket', 'tiedHead', 'combineMasks', 'causal', 'fuseValueUp'],
    ...[
      'disentangledStack',
      'combinedPositions',
      'distanceRow',
      'firstToken',
      'meanOfTokens',
      'sequential',
      'unpaddedPositions',
      'beforePositions',
      'withHead',
      'withImageHead',
      'gridBiasRows',
      'resizeWeights',
    ],
    ...['chunks', 'joinHeads', 'padding', 'slidingWindow', 'splitHeads'],
    ...['expectMatchingWeights', 'formsOf', 'packedTensorInfo', 'packedTensors', 'readSlice', 'rowsByName'],
    ...[
      'convolutionalPositions',
      'foldBatchNorm',
      'joined',
      'transposedMatrix',
      'transposedRows',
      'wordsOfHalves',
      'zeroPadding',
      'applyGate',
      'eachSequence',
      'ownScope',
      'runBlock',
    ],
  ];
  const exported = [layers, embeddings, attention, mlps, transformer].flatMap(each =>
    Object.entries(each).flatMap(([name, value]) => (typeof value === 'function' && /^[a-z]/.test(name) ? [name] : [])),
  );
  const known = new Set([...others, ...Object.keys(compositions)]);
  expect(exported.filter(name => !known.has(name))).toEqual([]);
});

test('an mlp under another name is asked for', () => {
  const { mlp: ffn, ...others } = block;
  expect(() => transformer.transformerBlock({ ...others, ffn } as never)).toThrow(
    'transformerBlock: ffn is not an option and mlp is missing; options are mlp, norm, dropout, attention',
  );
});

test('a head that is not a layer throws with its name', () => {
  expect(() => transformer.languageModel({ embedding, decoder, head: 'tied' as never })).toThrow(
    'languageModel: head is tied; it must be a layer',
  );
});
