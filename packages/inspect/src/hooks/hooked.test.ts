import '@residual/testkit/wasm';
import { emptyScope, init, type Weights, withHooks } from '@residual/layers';
import { dispose, gradients, keep, type Tensor, tensor } from '@residual/tensor';
import { expectClose, expectNoLeak } from '@residual/testkit';
import { languageModelLoss, sgd, type TokenBatch, train } from '@residual/train';
import { expect, test } from 'vitest';
import { ablate, hooked, run, steer } from '../index.js';
import { tinyGpt2 } from '../testing/tiny-model.js';

const ids = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3];
const batch: TokenBatch = {
  sequences: 2,
  length: 5,
  ids: Int32Array.from(ids),
  labels: Int32Array.from([1, 4, 1, 5, 9, 2, 6, 5, 3, 5]),
};
const { layer: model } = tinyGpt2();
type ModelWeights = Weights<typeof model>;
const off = [ablate('decoder.layers.1.mlp.output')];

/** The losses of three steps, and the weights after them. */
async function trained(loss: ReturnType<typeof languageModelLoss<typeof model>>) {
  const weights = init(model, { seed: 1 });
  const losses: number[] = [];
  const options = { layer: model, weights, loss, batches: [batch, batch, batch], steps: 3, learningRate: 0.1 };
  for await (const event of train({ ...options, optimizer: sgd() })) if (event.type === 'step') losses.push(event.loss);
  return { losses, weights };
}

test('a model trains with an ablation: what is off stays as it was, and the loss is that of the hooked runs', () =>
  expectNoLeak(async () => {
    const objective = languageModelLoss(model);
    const one = await trained(languageModelLoss(hooked(model, off)));
    const two = await trained({
      ...objective,
      loss: (weights, batch, scope) => objective.loss(weights, batch, withHooks(off, scope)),
    });
    const start = init(model, { seed: 1 });
    expect(one.losses).toEqual(two.losses);
    expect(one.losses[2]).toBeLessThan(one.losses[0]!);
    const [before, after] = [start.decoder.layers[1]!.mlp, one.weights.decoder.layers[1]!.mlp];
    await expectClose(after.down.weight as Tensor, before.down.weight as Tensor, { absolute: 0 });
    const other = (weights: ModelWeights) => weights.decoder.layers[0]!.mlp.down.weight as Tensor;
    await expect(expectClose(other(one.weights), other(start), { absolute: 1e-4 })).rejects.toThrow('differ');
    dispose([one.weights, two.weights, start]);
  }));

test('a steering vector is learned as the derivative of the loss by finite differences says', () =>
  expectNoLeak(async () => {
    const weights = init(model, { seed: 1 });
    const lossAt = (direction: Tensor) =>
      languageModelLoss(hooked(model, [steer('decoder.layers.0.output', { direction, positions: [2] })])).loss(
        weights,
        batch,
        emptyScope,
      );
    const direction = keep(tensor(Array.from({ length: 10 }, (_, i) => (i - 4) / 5)));
    const result = gradients(() => lossAt(direction), { direction });
    const gradient = await result.gradients.direction!.data();
    for (const i of [0, 3, 9]) {
      const [above, below] = await Promise.all(
        [0.01, -0.01].map(async step => {
          const values = Array.from({ length: 10 }, (_, j) => (j - 4) / 5 + (i === j ? step : 0));
          const moved = tensor(values);
          const loss = lossAt(moved);
          const [value] = await loss.data();
          dispose([moved, loss]);
          return value!;
        }),
      );
      await expectClose([gradient[i]!], [(above! - below!) / 0.02], { absolute: 1e-3 });
    }
    dispose([weights, direction, result.value, result.gradients]);
  }));

test('a hooked layer has the properties of the layer, and outer taps see each tensor once, before its hooks', () =>
  expectNoLeak(async () => {
    const weights = init(model, { seed: 1 });
    const layer = hooked(model, [steer('embedded', { direction: Array(10).fill(1) })]);
    expect({ vocab: layer.vocab, name: layer.about.name, needs: layer.needs }).toEqual({
      vocab: 13,
      name: 'languageModel',
      needs: model.needs,
    });
    using plain = run({ layer: model, weights }, [1, 2], { names: ['embedded'] });
    const twice = [steer('output', { direction: Array(13).fill(5) })];
    using steered = run({ layer, weights }, [1, 2], { names: ['embedded', 'decoder.layers.0.input'], hooks: twice });
    using once = run({ layer, weights }, [1, 2]);
    const before = [...(await plain.activation('embedded').data())];
    const values = async (name: string) => [...(await steered.activation(name).data())];
    await expectClose(await values('embedded'), before, close);
    const expected = before.map(value => value + 1);
    await expectClose(await values('decoder.layers.0.input'), expected, close);
    const logits = [...(await once.output.data())].map(value => value + 5);
    await expectClose([...(await steered.output.data())], logits, close);
    expect(() => hooked(model, [5] as never)).toThrow('hooked: hooks is [5]; it must be a list of hooks, such as');
    dispose(weights);
  }));

const close = { absolute: 1e-5 };
