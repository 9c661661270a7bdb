import '@residual/backend-cpu';
import { mapTree, save } from '@residual/layers';
import { dispose, memoryUsage, mul, type Tensor, tensor, useBackend } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { adam, allWindows, evaluate, pairBatches, randomWindows, train } from '@residual/train';
import { beforeAll, expect, test } from 'vitest';
import { lensDivergence, loadTunedLens, logitLens, run, tunedLens, tunedLensLoss } from '../index.js';
import { loadCheckpoint } from '../testing/load-checkpoint.js';
import { tinyGpt2, tinyLlama } from '../testing/tiny-model.js';

beforeAll(() => useBackend('cpu'));

/** The logarithms of softmax in double precision. */
function logSoftmax64(row: readonly number[]): number[] {
  const max = Math.max(...row);
  const total = max + Math.log(row.reduce((sum, value) => sum + Math.exp(value - max), 0));
  return row.map(value => value - total);
}

const rowsOf = async (x: Tensor) => {
  const [width, values] = [x.shape.at(-1)!, [...(await x.data())]];
  return Array.from({ length: values.length / width }, (_, i) => values.slice(i * width, (i + 1) * width));
};

test.each(['bart', 'marian', 't5'])('%s: the last layer of the lens on a decoder is the model itself', name =>
  expectNoLeak(async () => {
    const model = await loadCheckpoint(`fixtures/checkpoints/${name}`);
    const input = { source: [5, 7, 11, 13, 2], target: [3, 17, 19] };
    const { layers } = await logitLens(model, input, { top: 1000 });
    using result = run(model, input);
    const own = (await rowsOf(result.output)).map(logSoftmax64);
    expect(layers.length).toBe(3);
    expect(layers[0]!.path).toBe('target.embedded');
    for (const [i, row] of layers.at(-1)!.top.entries()) {
      expect(row.length).toBe(own[i]!.length);
      for (const { token, logprob } of row) expect(logprob).toBeCloseTo(own[i]![token]!, 10);
    }
    dispose(model.weights);
  }),
);

/** The mean divergence of each layer from the last one, by loops. */
async function divergences(model: ReturnType<typeof tinyGpt2>, texts: readonly (readonly number[])[]) {
  const sums = [0, 0, 0];
  let rows = 0;
  for (const text of texts) {
    const { layers } = await logitLens(model, text, { top: 13 });
    const own = layers.at(-1)!.top;
    for (const [i, row] of own.entries())
      for (const depth of sums.keys()) {
        const logprobs = new Map(layers[depth]!.top[i]!.map(({ token, logprob }) => [token, logprob]));
        for (const { token, logprob } of row) sums[depth]! += Math.exp(logprob) * (logprob - logprobs.get(token)!);
      }
    rows += own.length;
  }
  return sums.map(sum => sum / rows);
}

/** A model whose matrices are 12 times as large, so that its layers differ. */
function sharpModel() {
  const model = tinyGpt2(3);
  const weights = mapTree(model.weights, leaf => {
    if (leaf.shape.length < 2) return leaf;
    const larger = mul(leaf as Tensor, 12);
    leaf.dispose();
    return larger;
  });
  return { layer: model.layer, weights };
}

const text = Array.from({ length: 400 }, (_, i) => (i * i + 3 * (i % 7)) % 13);

test('the divergence of the logit lens is that of loops, and padding does not count', () =>
  expectNoLeak(async () => {
    const model = sharpModel();
    const texts = [text.slice(0, 5), text.slice(5, 10)];
    const expected = await divergences(model, texts);
    const ids = Int32Array.from(texts.flatMap(ids => [...ids, 9, 9]));
    const labels = Int32Array.from([1, 1, 1, 1, 1, -100, -100, 1, 1, 1, 1, 1, -100, -100]);
    const { layers, tokens } = await lensDivergence(model, { batches: [{ sequences: 2, length: 7, ids, labels }] });
    expect(tokens).toBe(10);
    await expectClose(
      layers.map(({ divergence }) => divergence),
      expected,
      { relative: 1e-4 },
    );
    expect(expected[0]).toBeGreaterThan(0.1);
    dispose(model.weights);
  }));

test('a tuned lens starts as the logit lens, comes nearer to the model by training, and survives saving', () =>
  expectNoLeak(async () => {
    const model = sharpModel();
    const before = await model.weights.decoder.norm!.weight.data();
    const lens = tunedLens(model);
    const held = () => allWindows(text.slice(300), { length: 11, batch: 3 });
    expect(await logitLens(model, text.slice(0, 4), { lens })).toEqual(await logitLens(model, text.slice(0, 4)));
    const untrained = await lensDivergence(model, { batches: held() });
    const loss = tunedLensLoss(model);
    const batches = randomWindows(text.slice(0, 300), { length: 11, batch: 3, seed: 1 });
    const settings = { steps: 25, learningRate: 0.05, optimizer: adam() };
    for await (const _ of train({ layer: lens.layer, weights: lens.weights, loss, batches, ...settings }));
    const tuned = await lensDivergence(model, { batches: held(), lens });
    for (const [depth, { divergence }] of tuned.layers.entries())
      expect(divergence).toBeLessThan(0.5 * untrained.layers[depth]!.divergence);
    const { loss: mean } = await evaluate({ weights: lens.weights, loss, batches: held() });
    const divergence = tuned.layers.reduce((sum, layer) => sum + layer.divergence / 3, 0);
    await expectClose([mean], [divergence], { relative: 1e-5 });
    const loaded = await loadTunedLens(model, await save(lens.layer, lens.weights));
    const read = { top: 13, positions: [-1] };
    expect(await logitLens(model, text.slice(0, 7), { lens: loaded, ...read })).toEqual(
      await logitLens(model, text.slice(0, 7), { lens, ...read }),
    );
    expect(await model.weights.decoder.norm!.weight.data()).toEqual(before);
    dispose([lens, loaded, model.weights]);
  }));

test('a tuned lens of an encoder-decoder learns from pairs', () =>
  expectNoLeak(async () => {
    const model = await loadCheckpoint('fixtures/checkpoints/marian');
    const lens = tunedLens(model);
    const pairs = Array.from({ length: 6 }, (_, i) => ({ source: [5 + i, 7, 2], target: [9, 11 + 2 * i, 13, 2] }));
    const batches = pairBatches(pairs, { batch: 3, padTokenId: 0, decoderStartTokenId: 0, padToMultipleOf: 5 });
    const losses: number[] = [];
    const loss = tunedLensLoss(model);
    const settings = { steps: 8, learningRate: 0.03, optimizer: adam() };
    for await (const event of train({ layer: lens.layer, weights: lens.weights, loss, batches, ...settings }))
      if (event.type === 'step') losses.push(event.loss);
    expect(losses.at(-1)).toBeLessThan(0.7 * losses[0]!);
    dispose([lens, model.weights]);
  }));

test('what does not fit is refused, an abort ends the call, and everything is freed', () =>
  expectNoLeak(async () => {
    const model = tinyGpt2();
    const other = tinyLlama();
    const wider = await loadCheckpoint('fixtures/checkpoints/gpt2');
    const lens = tunedLens(wider);
    const before = memoryUsage().tensors;
    const refused = (call: Promise<unknown>, message: string) => expect(call).rejects.toThrow(message);
    await refused(logitLens(model, [1, 2], { positions: [2] }), 'logitLens: position 2 does not exist, there are 2');
    await refused(logitLens(model, [1, 2], { top: 0 }), 'logitLens: top is 0; it must be a whole number, 1 or more');
    await refused(
      logitLens(model, [
        [1, 2],
        [3, 4],
      ]),
      'logitLens: the input has 2 sequences; it must have one',
    );
    const ids = tensor([1, 2, 3, 4], [2, 2], 'int32');
    await refused(logitLens(model, ids), 'logitLens: the input [2, 2] has 2 sequences; it must have one');
    ids.dispose();
    await refused(logitLens(model, [1, 13]), 'logitLens: the input has the id 13; the vocabulary has 0 to 12');
    await refused(logitLens(model, { source: [1], target: [1] }), 'logitLens: the input is a pair;');
    await refused(logitLens(model, [1], { positions: [] }), 'logitLens: positions is []; it must be a list of one');
    await refused(
      logitLens(model, [1], { lens }),
      'logitLens: the lens has 2 translators of modelDim 32, the model 3 blocks of modelDim 10; they must be equal',
    );
    await refused(logitLens({ layer: lens.layer, weights: lens.weights }, [1]), 'logitLens: the layer is tunedLens;');
    await refused(loadTunedLens(model, await save(lens.layer, lens.weights)), 'load: ');
    const broken = other.weights.decoder.norm as { weight: Tensor };
    broken.weight.dispose();
    broken.weight = tensor(Array(10).fill(Number.NaN));
    await refused(logitLens(other, [1, 2]), 'logitLens: row 0 of the logits holds a number that is not finite');
    const abort = new AbortController();
    const pending = logitLens(model, [1, 2], { signal: abort.signal });
    abort.abort(new Error('enough'));
    await refused(pending, 'enough');
    await refused(logitLens(model, [1], { signal: abort.signal }), 'enough');
    const batches = allWindows(text, { length: 5, batch: 2 });
    const onProgress = () => abort.abort(new Error('enough'));
    await refused(lensDivergence(model, { batches, signal: abort.signal, onProgress }), 'enough');
    await refused(lensDivergence(model, { batches: [] }), 'lensDivergence: the texts have no token that counts');
    expect(memoryUsage().tensors).toBe(before);
    dispose([lens, model.weights, other.weights, wider.weights]);
  }));
