import { causal, lowRankValueAttention, selfAttention } from '@residual/attention';
import { learnedPositions, rotary, tokenEmbedding } from '@residual/embeddings';
import { countParameters, describe, layerNorm, linear, rmsNorm } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { expect, test } from 'vitest';
import { languageModel, stack, transformerBlock } from './index.js';

const gpt = ({
  modelDim,
  heads,
  depth,
  maxPositions,
  tied,
}: Record<'modelDim' | 'heads' | 'depth' | 'maxPositions', number> & { tied: boolean }) => {
  const norm = layerNorm({ dim: modelDim });
  const vocab = 50257;
  return languageModel({
    embedding: tokenEmbedding({ vocab, dim: modelDim }),
    positionEncoding: learnedPositions({ maxPositions, dim: modelDim }),
    decoder: stack({
      block: transformerBlock({
        norm,
        attention: selfAttention({ modelDim, heads, mask: causal() }),
        mlp: mlp({ modelDim }),
      }),
      depth,
      norm,
    }),
    ...(!tied && { head: linear({ in: modelDim, out: vocab, bias: false, role: 'unembedding' }) }),
  });
};

test('GPT-3 is 175,181,291,520 weights in 27,938 matrices', () => {
  const { census } = describe(gpt({ modelDim: 12288, heads: 96, depth: 96, maxPositions: 2048, tied: false }));
  expect(census).toEqual({
    embedding: 617_558_016,
    query: 14_495_514_624,
    key: 14_495_514_624,
    value: 14_495_514_624,
    output: 14_495_514_624,
    up: 57_982_058_496,
    gate: 0,
    down: 57_982_058_496,
    unembedding: 617_558_016,
    other: 0,
    weights: 175_181_291_520,
    matrices: 27_938,
    valueMap: { full: 150_994_944, factored: 3_145_728 },
  });
});

test('the value map of GPT-3, factored, holds as many weights as query and key together', () => {
  const { census } = describe(lowRankValueAttention({ modelDim: 12288, heads: 96 }));
  expect(census.valueMap).toEqual({ full: 150_994_944, factored: 3_145_728 });
  expect(census.valueMap!.factored * 96).toBe(census.query + census.key);
  expect(census.matrices).toBe(4 * 96);
});

test('GPT-2 has 124,439,808 parameters and a head that counts 0', () => {
  const model = gpt({ modelDim: 768, heads: 12, depth: 12, maxPositions: 1024, tied: true });
  const { parameters, bytes, census, flopsPerToken, parts } = describe(model);
  expect(parameters).toBe(124_439_808);
  expect(countParameters(model)).toBe(parameters);
  expect(bytes).toBe(497_759_232);
  expect(census.unembedding).toBe(0);
  // 2 for each weight of a matrix that is multiplied by, the tied head among them, and 4 · modelDim per key and block.
  expect(flopsPerToken).toBe(2 * 12 * 12 * 768 ** 2 + 2 * 50257 * 768 + 12 * 4 * 768);
  expect(describe(model, { keyLen: 1024 }).flopsPerToken - flopsPerToken).toBe(12 * 4 * 768 * 1023);
  expect(parts.find(({ path }) => path === 'decoder.layers.11.attention')).toEqual({
    path: 'decoder.layers.11.attention',
    name: 'selfAttention',
    parameters: 4 * 768 * 769,
  });
  expect(parts.filter(({ name }) => name === 'learnedPositions')).toHaveLength(1);
});

test('an untied head is counted once in the operations', () => {
  const [tied, own] = [true, false].map(tied =>
    describe(gpt({ modelDim: 16, heads: 2, depth: 1, maxPositions: 8, tied })),
  );
  expect(own!.flopsPerToken).toBe(tied!.flopsPerToken);
  expect(own!.parameters - tied!.parameters).toBe(50257 * 16);
});

test('Llama 2 7B has 6,738,415,616 parameters', () => {
  const norm = rmsNorm({ dim: 4096 });
  const attention = selfAttention({
    modelDim: 4096,
    heads: 32,
    mask: causal(),
    bias: false,
    positionEncoding: rotary({ headDim: 128, storedPositions: 4096 }),
  });
  const model = languageModel({
    embedding: tokenEmbedding({ vocab: 32000, dim: 4096 }),
    decoder: stack({
      block: transformerBlock({ norm, attention, mlp: gatedMlp({ modelDim: 4096, hiddenDim: 11008 }) }),
      depth: 32,
      norm,
    }),
    head: linear({ in: 4096, out: 32000, bias: false, role: 'unembedding' }),
  });
  expect(countParameters(model)).toBe(6_738_415_616);
});
