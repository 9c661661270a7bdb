import { causal, crossAttention, selfAttention } from '@residual/attention';
import { learnedPositions, tokenEmbedding } from '@residual/embeddings';
import { bind, countParameters, init, layer, layerNorm, matrix, type Scope, vector } from '@residual/layers';
import { gatedMlp, mlp } from '@residual/mlp';
import { add, linear, type Matrix, mul, type Tensor } from '@residual/tensor';
import { crossBlock, crossStack, encoderDecoder, languageModel, stack, transformerBlock } from '@residual/transformer';

/**
 * Mistakes that must not compile: each line under an expectation is a mistake, and an unmet expectation is an error.
 */
const modelDim = 16;
const norm = layerNorm({ dim: modelDim });
const attention = selfAttention({ modelDim, heads: 2, mask: causal() });
const block = transformerBlock({ norm, attention, mlp: mlp({ modelDim }) });
const embedding = tokenEmbedding({ vocab: 11, dim: modelDim });
const model = languageModel({
  embedding,
  positionEncoding: learnedPositions({ maxPositions: 5, dim: modelDim }),
  decoder: stack({ block, depth: 2 }),
});
const weights = init(model, { seed: 1 });
declare const x: Tensor;

// Paths that exist.
export const found: [Tensor | undefined, Tensor] = [
  weights.decoder.layers[0]!.attention.query.bias,
  weights.decoder.layers[0]!.attentionNorm.weight,
];

// @ts-expect-error a wrong path: quary
weights.decoder.layers[0]!.attention.quary;
// @ts-expect-error a path into a part that is not there
weights.decoder.layers[0]!.mlp.gate;
// @ts-expect-error the head is tied and has no weights
weights.head.weight;
// @ts-expect-error learned positions have a weight and no table
weights.positions.table;
// @ts-expect-error a matrix may be packed: plain ops refuse it
add(weights.embedding.weight, x);
// @ts-expect-error a weight is not replaced in place
weights.embedding.weight = x;
linear(x, weights.embedding.weight);

// @ts-expect-error the weights of another layer
model(init(block, { seed: 1 }), x);
// @ts-expect-error ids are a tensor, not an array
model(weights, [1, 2, 3]);
// @ts-expect-error the scope comes third
model(weights, x, 'decoder');

const looks = crossAttention({ modelDim, heads: 2 });
looks(init(looks, { seed: 1 }), { x, memory: x });
// @ts-expect-error the memory is missing
looks(init(looks, { seed: 1 }), { x });
// @ts-expect-error attention to a memory does not stand where attention to itself does
transformerBlock({ norm, attention: looks, mlp: mlp({ modelDim }) });
// @ts-expect-error a block needs an mlp
transformerBlock({ norm, attention });
// @ts-expect-error an option that does not exist
selfAttention({ modelDim, heads: 2, rotary: true });
// @ts-expect-error an activation that does not exist
mlp({ modelDim, activation: 'gellu' });
// @ts-expect-error a decoder that reads no memory
encoderDecoder({ source: { embedding }, encoder: stack({ block, depth: 1 }), decoder: stack({ block, depth: 1 }) });

const reading = crossStack({
  block: crossBlock({ norm, attention, crossAttention: looks, mlp: mlp({ modelDim }) }),
  depth: 1,
});
const translator = encoderDecoder({ source: { embedding }, encoder: stack({ block, depth: 1 }), decoder: reading });
const both = init(translator, { seed: 1 });
export const memoryKey = both.decoder.layers[0]!.crossAttention.key.weight;
// @ts-expect-error a wrong path in a decoder that reads a memory
both.decoder.layers[0]!.crossAttention.keys;

// Blocks of several kinds: each has its own weights.
const gated = transformerBlock({ norm, attention, mlp: gatedMlp({ modelDim }) });
const mixed = init(stack({ block: [block, gated] }), { seed: 1 });
export const mixture: [Matrix, Matrix] = [mixed.layers[0].mlp.up.weight, mixed.layers[1].mlp.gate.weight];
// @ts-expect-error the first block has no gate
mixed.layers[0].mlp.gate;
// @ts-expect-error there are two blocks
mixed.layers[2];
// @ts-expect-error a wrong path in a list of blocks
mixed.layers[1].attention.quer.weight;
const several = crossStack({ block: [reading.needs.layers[0]!, reading.needs.layers[0]!] });
export const severalKeys: Matrix = init(several, { seed: 1 }).layers[1].crossAttention.key.weight;

// Layers as functions, by name and in lists.
declare const scope: Scope;
const [first, second] = bind(
  [norm, looks],
  init(
    layer([norm, looks], (_, y: Tensor) => y),
    { seed: 1 },
  ),
  scope,
);
export const chained: Tensor = second({ x: first(x), memory: x });
// @ts-expect-error what reads a memory takes no tensor alone
second(x);
const bound = bind({ norm, layers: [block, gated] }, { ...mixed, norm: weights.decoder.layers[0]!.mlpNorm }, scope);
export const blocks: Tensor = bound.layers[1](bound.layers[0](bound.norm(x)));

// A custom layer.
const own = layer({ scale: vector([modelDim]), mix: matrix([modelDim, modelDim]) }, (w, y: Tensor) => {
  // @ts-expect-error a matrix is no tensor
  mul(y, w.mix);
  // @ts-expect-error a weight that it does not need
  mul(y, w.shift);
  return mul(linear(y, w.mix), w.scale);
});
export const owned: Tensor = own(init(own, { seed: 1 }), x);
countParameters(own);
// @ts-expect-error needs are leaves, layers, lists and records, not numbers
layer({ scale: 5 }, (_, y: Tensor) => y);
