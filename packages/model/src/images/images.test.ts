import '@residual/testkit/wasm';
import { bytesSource, openSafetensors } from '@residual/safetensors';
import { memoryUsage } from '@residual/tensor';
import { expectClose, repositoryFile, wordPieceJson } from '@residual/testkit';
import { tokenizerFromJson } from '@residual/tokenizer';
import { type ByteImage, imageProcessor } from '@residual/vision';
import { expect, test } from 'vitest';
import { loadModel, type Model } from '../index.js';
import { softmax } from '../understand/label-scores.js';

const tokenizer = tokenizerFromJson(wordPieceJson as never);
const idOf = (token: string) => tokenizer.tokenToId(token)!;
const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** A picture of noise. */
const picture = (width: number, height: number, seed: number): ByteImage => ({
  width,
  height,
  channels: 3,
  data: Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (seed * 2 + 7) + seed * 31) % 251),
});
const pictures = [picture(23, 17, 1), picture(16, 16, 2), picture(9, 40, 3)];

const processors = {
  'vit-train': { image_processor_type: 'ViTImageProcessor', size: { height: 16, width: 16 } },
  'dinov2-registers': { image_processor_type: 'ViTImageProcessor', size: { height: 16, width: 16 } },
  clip: {
    image_processor_type: 'CLIPImageProcessor',
    size: { shortest_edge: 16 },
    crop_size: { height: 16, width: 16 },
  },
  siglip: { image_processor_type: 'SiglipImageProcessor', size: { height: 16, width: 16 } },
  siglip2: { image_processor_type: 'Siglip2ImageProcessor', patch_size: 4, max_num_patches: 16 },
};

/** The files of a fixture with a processor, and a tokenizer whose ids the config knows. */
async function filesOf(name: keyof typeof processors, hasProcessor = true) {
  const folder = `fixtures/architectures/${name}`;
  const read = (file: string) => repositoryFile(`${folder}/${file}`);
  const config = JSON.parse(new TextDecoder().decode(await read('config.json')));
  if (config.text_config) {
    config.text_config.eos_token_id = idOf('[SEP]');
    config.text_config.pad_token_id = idOf('[PAD]');
  }
  return new Map([
    ['config.json', json(config)],
    ['model.safetensors', await read('model.safetensors')],
    ...(config.text_config ? [['tokenizer.json', json(wordPieceJson)] as const] : []),
    ...(hasProcessor ? [['preprocessor_config.json', json(processors[name])] as const] : []),
  ]);
}

/** A model of a fixture while `run` runs; afterwards as many tensors are left as before. */
async function withModel(name: keyof typeof processors, run: (model: Model) => Promise<void>, hasProcessor = true) {
  const before = memoryUsage();
  const model = await loadModel(await filesOf(name, hasProcessor));
  try {
    await run(model);
  } finally {
    model.dispose();
  }
  expect(memoryUsage()).toEqual(before);
}

test('pictures get the labels of the pass over their pixel values, best first, alone and in batches', () =>
  withModel('vit-train', async model => {
    const done: number[] = [];
    const all = await model.classifyImage(pictures, { batch: 2, onProgress: progress => done.push(progress.done) });
    expect(done).toEqual([2, 3]);
    const processor = imageProcessor(processors['vit-train']);
    for (const [i, labels] of all.entries()) {
      const { output, grid, prefix } = await model.forwardImage(processor.process(pictures[i]!));
      const scores = softmax(output.data);
      expect([grid, prefix]).toEqual([{ rows: 4, columns: 4 }, 1]);
      expect(labels.map(({ score }) => score)).toEqual([...scores].sort((a, b) => b - a));
      expect(labels[0]!.label).toBe(['cat', 'dog', 'bird', 'fish', 'frog'][scores.indexOf(labels[0]!.score)]);
      const [best] = await model.classifyImage(pictures[i]!);
      expect(best!.score).toBeCloseTo(labels[0]!.score, 5);
    }
    const processed = await model.classifyImage(processor.process(pictures), { batch: 2 });
    expect(processed).toEqual(all);
  }));

test('the attention of the class token to the patches is a tap, and an ablation changes the scores', () =>
  withModel('vit-train', async model => {
    const tap = 'encoder.layers.1.attention.weights';
    const { taps, output } = await model.forwardImage(pictures[0]!, { taps: [tap] });
    expect(taps[tap]!.shape).toEqual([4, 17, 17]);
    const ofClass = taps[tap]!.data.subarray(0, 17);
    expect(ofClass.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    const changed = await model.forwardImage(pictures[0]!, { ablate: [{ tap: 'encoder.layers.0.mlp.hidden' }] });
    expect(Math.abs(changed.output.data[0]! - output.data[0]!)).toBeGreaterThan(1e-3);
    await expect(model.forwardImage(pictures[0]!, { taps: ['decoder.output'] })).rejects.toThrow(
      "forwardImage: taps: 'decoder.output' fits no tensor that came up",
    );
    const both = imageProcessor(processors['vit-train']).process(pictures.slice(0, 2));
    await expect(model.forwardImage(both)).rejects.toThrow('forwardImage: there are 2 pictures; one would fit');
  }));

test('embedImage gives what a model pools, or vectors of length 1 beside texts', async () => {
  await withModel('dinov2-registers', async model => {
    const [vector, ...others] = await model.embedImage(pictures);
    expect([vector!.length, others.length]).toEqual([32, 2]);
    await expectClose(await model.embedImage(pictures[0]!), vector!, { absolute: 1e-5 });
  });
  await withModel('siglip2', async model => {
    const all = await model.embedImage(pictures); // of grids of their own
    for (const [i, vector] of all.entries()) {
      expect(Math.hypot(...vector)).toBeCloseTo(1, 5);
      await expectClose(await model.embedImage(pictures[i]!), vector, { absolute: 1e-5 });
    }
    const { grid } = await model.forwardImage(pictures[2]!);
    expect(grid.rows).toBeGreaterThan(grid.columns);
  });
});

const texts = ['Anna lives in London.', 'Paris', 'Anna lives near Paris near London.'];

test.each(['clip', 'siglip', 'siglip2'] as const)('%s: texts fit pictures by the cosine of their vectors', name =>
  withModel(name, async model => {
    const all = await model.similarity(pictures, texts, { batch: 2 });
    const [images, vectors] = [await model.embedImage(pictures), await model.embedText(texts, { batch: 2 })];
    await expectClose(await model.embedText(texts[1]!), vectors[1]!, { absolute: 1e-5 });
    const weights = model.weights as never as Record<'logScale' | 'bias', { data(): Promise<Float32Array> }>;
    const [scale] = await weights.logScale.data();
    const [bias = 0] = name === 'clip' ? [] : await weights.bias.data();
    for (const [i, scores] of all.entries()) {
      expect(scores.map(({ text }) => text)).toEqual(texts);
      const logits = vectors.map(vector => {
        const cosine = vector.reduce((sum, value, k) => sum + value * images[i]![k]!, 0);
        return cosine * Math.exp(scale!) + bias;
      });
      await expectClose(
        scores.map(({ logit }) => logit),
        logits,
        { absolute: 1e-4 },
      );
      const expected =
        name === 'clip' ? [...softmax(Float32Array.from(logits))] : logits.map(logit => 1 / (1 + Math.exp(-logit)));
      await expectClose(
        scores.map(({ score }) => score),
        expected,
        { absolute: 1e-4 },
      );
      const alone = await model.similarity(pictures[i]!, texts);
      expect(alone[2]!.logit).toBeCloseTo(scores[2]!.logit, 4);
    }
  }),
);

test('calls end by their signal, and say what does not fit', () =>
  withModel('clip', async model => {
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('enough'));
    const { signal } = controller;
    await expect(model.embedImage(pictures, { batch: 1, signal, onProgress })).rejects.toThrow('enough');
    await expect(model.classifyImage(pictures)).rejects.toThrow(
      'classifyImage: clip is a model for image-text; this works on a model for image-classification',
    );
    await expect(model.similarity(pictures, [])).rejects.toThrow('similarity: there are no texts');
    await expect(model.embedImage([])).rejects.toThrow('embedImage: there are no pictures');
    await expect(model.embedText('Anna lives near Paris '.repeat(9))).rejects.toThrow(
      'embedText: prompt of 38 tokens is longer than the 16 positions this model has',
    );
    expect(await model.embedText('Anna lives near Paris '.repeat(9), { maxTokens: 5 })).toHaveLength(16);
    await expect(model.embed('Anna')).rejects.toThrow(
      'has no hidden states of texts; embedImage and embedText give vectors',
    );
    await expect(model.similarity(pictures, texts, { bach: 2 } as never)).rejects.toThrow(
      'similarity: bach is not an option',
    );
  }));

test('without a preprocessor_config.json pictures must be processed', () =>
  withModel(
    'vit-train',
    async model => {
      await expect(model.classifyImage(pictures[0]!)).rejects.toThrow(
        'classifyImage: this checkpoint has no preprocessor_config.json',
      );
      const processed = imageProcessor(processors['vit-train']).process(pictures[0]!);
      expect(await model.classifyImage(processed)).toHaveLength(1);
      const wrong = { ...processed, data: new Float32Array(5) } as typeof processed;
      await expect(model.classifyImage(wrong)).rejects.toThrow(
        'pixel values: 5 numbers do not fit [1, 3, 16, 16], [batch, channels, height, width]',
      );
    },
    false,
  ));

test('a saved model keeps its preprocessor and gives the same scores', async () => {
  const files = await filesOf('clip');
  const model = await loadModel(files);
  const [expected, saved] = [await model.similarity(pictures, texts), await model.save()];
  model.dispose();
  expect(saved.has('preprocessor_config.json')).toBe(true);
  const again = await loadModel(saved);
  expect(await again.similarity(pictures, texts)).toEqual(expected);
  again.dispose();
});

test('SigLIP is saved with scale and bias as vectors of one number, as in published files', async () => {
  const model = await loadModel(await filesOf('siglip'));
  const saved = await model.save();
  model.dispose();
  const { tensors } = await openSafetensors(bytesSource(saved.get('model.safetensors')!));
  expect(['logit_scale', 'logit_bias'].map(name => tensors.get(name)!.shape)).toEqual([[1], [1]]);
  expect(tensors.get('vision_model.embeddings.patch_embedding.weight')!.shape).toEqual([32, 3, 4, 4]);
});
