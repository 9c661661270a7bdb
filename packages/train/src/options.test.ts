import '@residual/backend-cpu';
import { linear } from '@residual/layers';
import { sum, tensor } from '@residual/tensor';
import { describe, expect, test } from 'vitest';
import * as training from './index.js';
import { folderStore } from './node.js';

const layer = linear({ in: 3, out: 1 });
const weights = { weight: undefined, bias: undefined } as never;
const loss = () => sum(tensor([1], [1]));
const tokens = Int32Array.from({ length: 40 }, (_, i) => i % 7);
const batches = [{}];

type Options = Readonly<Record<string, unknown>>;
const of = (run: (options: never) => unknown, options: Options = {}, required = Object.keys(options)) => ({
  run: run as (options: Options) => unknown,
  options,
  required,
});
const whole = { layer, weights, loss, batches, steps: 3, learningRate: 0.1 };
const vectors = tensor([1, 0], [1, 2]);
const windows = { length: 3, batch: 2 };

/** Every function that takes options by name, with options that fit and the names of those that must be given. */
const functions: Record<string, ReturnType<typeof of>> = {
  train: of(training.train, whole),
  'train: evaluate': of((evaluate: never) => training.train({ ...whole, evaluate }), { every: 1, batches: () => [] }),
  'train: checkpoint': of((checkpoint: never) => training.train({ ...whole, checkpoint }), { every: 1, store: {} }),
  evaluate: of(training.evaluate, { weights, loss, batches: [] }),
  lossLandscape: of(training.lossLandscape, { layer, weights, loss, batches: [] }),
  packDocuments: of((options: training.PackingOptions) => training.packDocuments([], options), windows),
  'packDocuments: shuffle': of((shuffle: never) => training.packDocuments([], { ...windows, shuffle }), { seed: 1 }),
  pairBatches: of((options: training.PairOptions) => training.pairBatches([{ source: [1], target: [2] }], options), {
    batch: 1,
    padTokenId: 0,
    decoderStartTokenId: 1,
  }),
  shuffledOrder: of((options: never) => training.shuffledOrder(3, options), { seed: 1 }),
  trainValidationSplit: of((options: never) => training.trainValidationSplit([1, 2, 3, 4], options), { share: 0.5 }),
  promptBatches: of((options: training.PromptBatchOptions<number>) => training.promptBatches([1, 2], options), {
    ...{ batch: 1, seed: 1, encode: (item: number) => ({ prompt: [item], target: [item] }) },
  }),
  randomWindows: of((options: training.WindowOptions) => training.randomWindows(tokens, options), windows),
  allWindows: of((options: training.WindowOptions) => [...training.allWindows(tokens, options)], windows),
  slidingWindows: of((options: training.SlidingOptions) => [...training.slidingWindows([tokens], options)], windows),
  memoryStore: of(training.memoryStore),
  folderStore: of((options: training.StoreOptions) => folderStore('nowhere', options)),
  attachLora: of((options: training.LoraOptions) => training.attachLora(layer, weights, options), {}, ['targets']),
  languageModelLoss: of((options: training.LanguageModelLossOptions) =>
    training.languageModelLoss(layer as never, options),
  ),
  sequenceToSequenceLoss: of((options: training.LanguageModelLossOptions) =>
    training.sequenceToSequenceLoss(layer as never, options),
  ),
  tokenLoss: of((options: training.TokenLossOptions) => training.tokenLoss(tensor([1], [1, 1]), [0], options)),
  quantizationLoss: of((options: training.QuantizationLossOptions) =>
    training.quantizationLoss({ vectors, quantized: vectors }, options),
  ),
  contrastiveLoss: of((options: training.ContrastiveLossOptions) =>
    training.contrastiveLoss(
      { images: vectors, texts: vectors, positives: tensor([1], [1, 1]), scale: tensor([1], []) },
      options,
    ),
  ),
  adam: of(training.adam),
  adamW: of(training.adamW),
  lion: of(training.lion),
  muon: of(training.muon),
  sgd: of(training.sgd),
  constantRate: of(training.constantRate, { peak: 1 }),
  linearDecay: of(training.linearDecay, { peak: 1, steps: 3 }),
  cosineDecay: of(training.cosineDecay, { peak: 1, steps: 3 }),
  polynomialDecay: of(training.polynomialDecay, { peak: 1, steps: 3 }),
  inverseSquareRoot: of(training.inverseSquareRoot, { peak: 1 }),
};

describe.each(Object.entries(functions))('%s', (name, { run, options, required }) => {
  const given = name === 'attachLora' ? { targets: ['**'] } : options;
  test('refuses an option that does not exist', async () => {
    await expect((async () => run({ ...given, oddity: 1 }))()).rejects.toThrow(
      `${name}: oddity is not an option; options are `,
    );
  });
  test.each(required)('names %s where it is missing', async option => {
    await expect((async () => run({ ...given, [option]: undefined }))()).rejects.toThrow(
      `${name}: ${option} is missing; options are `,
    );
  });
});

test('every function with options is tested', () => {
  const others = [
    ...['detachLora', 'loraParts', 'mergeLora', 'freezeBase', 'addAdapter', 'scaleLora', 'unmergeLora', 'useLora'],
    ...['batchesFrom', 'chunkedLoss', 'labelsOf', 'meanSquaredError', 'onlyMatrices', 'throughCache'],
    ...['codeUsage', 'promptBatch', 'shuffledEpochs'],
  ];
  const known = new Set([...others, ...Object.keys(functions)]);
  expect(Object.keys(training).filter(name => !known.has(name))).toEqual([]);
});
