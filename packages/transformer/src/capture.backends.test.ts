import {
  Cache,
  cache as cacheSlot,
  causal,
  combineMasks,
  keyRange,
  selfAttention,
  slidingWindow,
} from '@residual/attention';
import { alibi, learnedPositions, rotary, tokenEmbedding } from '@residual/embeddings';
import { emptyScope, layerNorm, rmsNorm, stepPositions } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { capture, dispose, sliceAxis, type Tensor, tensor } from '@residual/tensor';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { randomWeights } from '../test/float64.js';
import { languageModel, parallelBlock, postNormBlock, stack, transformerBlock } from './index.js';

const [vocab, modelDim, heads, maxPositions] = [13, 6, 2, 8];
const embedding = tokenEmbedding({ vocab, dim: modelDim });
const [norm, rms] = [layerNorm({ dim: modelDim }), rmsNorm({ dim: modelDim })];
const dims = { modelDim, heads, mask: causal() };

const models = {
  'learned positions': languageModel({
    embedding,
    positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
    decoder: stack({
      block: transformerBlock({ norm, attention: selfAttention(dims), mlp: mlp({ modelDim }) }),
      depth: 2,
      norm,
    }),
  }),
  'rotary positions, one head of keys and values, gates': languageModel({
    embedding,
    decoder: stack({
      block: postNormBlock({
        norm: rms,
        attention: selfAttention({
          ...dims,
          headDim: 4,
          kvHeads: 1,
          positionEncoding: rotary({ headDim: 4, storedPositions: maxPositions }),
        }),
        mlp: gatedMlp({ modelDim }),
      }),
      depth: 2,
    }),
  }),
  'ALiBi, a window, parallel blocks': languageModel({
    embedding,
    decoder: stack({
      block: parallelBlock({
        norm,
        attention: selfAttention({
          ...dims,
          mask: combineMasks(causal(), slidingWindow(3)),
          positionEncoding: alibi({ heads }),
        }),
        mlp: mlp({ modelDim }),
      }),
      depth: 2,
    }),
  }),
};

const row = [3, 1, 4, 1, 5, 9, 2, 6];

test.each(Object.entries(models))(
  'a step captured at two positions gives the same graph, and its replay continues: %s',
  async (_, made) => {
    const model = made as (typeof models)['learned positions'];
    const weights = randomWeights(model);
    const ids = tensor(row, [1, 8], 'int32');
    const whole = model(weights, ids);
    const cache = new Cache({ maxPositions, initialCapacity: maxPositions });
    const first = sliceAxis(ids, 1, 0, 3);
    cache.step(3, scope => model(weights, first, scope)).dispose();

    /** Everything that changes from step to step is a tensor: the token, its position, the cache. */
    const inputsAt = (place: number) => [
      tensor([row[place]!], [1, 1], 'int32'),
      tensor([place], [1], 'int32'),
      tensor([place], [1, 1], 'int32'),
      ...cache.selfAttention.tensors,
    ];
    const step = (token: Tensor, position: Tensor, standing: Tensor) => {
      const scope = emptyScope
        .with(cacheSlot, cache)
        .with(keyRange, { position })
        .with(stepPositions, { positionIds: standing, totalLength: cache.length + 1 });
      return [model(weights, token, scope), ...cache.selfAttention.tensors];
    };
    const expectLogits = async (logits: Tensor, place: number) => {
      const expected = sliceAxis(whole, 1, place, 1);
      await expectClose(logits, expected, { absolute: 5e-5 });
      dispose([logits, expected]);
    };

    const recordAt = async (place: number) => {
      const inputs = inputsAt(place);
      const { outputs, graph } = capture(step as (...inputs: Tensor[]) => Tensor[], inputs);
      cache.length++;
      await expectLogits(outputs[0]!, place);
      dispose(inputs);
      return graph;
    };
    const [one, other] = [await recordAt(3), await recordAt(4)];
    expect(other.nodes).toEqual(one.nodes);
    expect(await other.constantValues()).toEqual(await one.constantValues());

    for (const place of [5, 6, 7]) {
      const inputs = inputsAt(place);
      const [logits, ...held] = one.replay(inputs);
      cache.selfAttention.replace(held);
      await expectLogits(logits!, place);
      dispose(inputs.slice(0, 3));
    }
    one.dispose();
    other.dispose();
    cache.dispose();
    dispose([weights, ids, whole, first]);
  },
);
