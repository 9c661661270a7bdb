import type { Gpt2Shape } from '../shape.js';
import type { GraphBuilder } from './graph-builder.js';
import type { GraphWeights } from './graph-weights.js';

/** The names and extents of a graph's inputs and outputs. */
export type Layout = 'bare' | 'transformers.js';

/**
 * Adds GPT-2 with a key/value cache. Inputs: `ids` and `positions` int64 [1, length], `mask` [1, 1, length, keyLen]
 * (added to the scores), `key.i` and `value.i` [1, heads, past, headDim]. Outputs: `logits` [1, 1, vocab] of the last
 * position, `next.key.i` and `next.value.i`. Normalization and gelu are fused ops of the runtime. In the layout of
 * transformers.js they have its names, the mask is made in the graph, and logits are those of all positions.
 */
export function addGpt2(graph: GraphBuilder, weights: GraphWeights, shape: Gpt2Shape, layout: Layout): void {
  const isBare = layout === 'bare';
  const [ids, positions] = isBare ? ['ids', 'positions'] : ['input_ids', 'position_ids'];
  const pastName = (kind: string, i: number) => (isBare ? `${kind}.${i}` : `past_key_values.${i}.${kind}`);
  const nextName = (kind: string, i: number) => (isBare ? `next.${kind}.${i}` : `present.${i}.${kind}`);
  const { n_layer: depth, n_head: heads, n_embd: modelDim } = shape;
  const headDim = modelDim / heads;
  const splitShape = graph.integers([0, 0, heads, headDim]);
  const mergedShape = graph.integers([0, 0, modelDim]);
  const scale = graph.float(1 / Math.sqrt(headDim));
  const last = graph.integers([-1]);
  graph.input(ids, 'int64', [1, 'length']);
  graph.input(positions, 'int64', [1, 'length']);
  const mask = isBare ? 'mask' : causalMask(graph, ids);
  if (isBare) graph.input(mask, 'float', [1, 1, 'length', 'keyLen']);

  const { vector } = weights;
  const norm = (x: string, name: string) => {
    const inputs = [x, vector(`${name}.weight`), vector(`${name}.bias`)];
    return graph.node('LayerNormalization', inputs, { axis: -1, epsilon: 1e-5 });
  };
  const product = (x: string, name: string) => weights.product(x, `${name}.weight`);
  const linear = (x: string, name: string) => graph.node('Add', [product(x, name), vector(`${name}.bias`)]);
  const split = (x: string) =>
    graph.node('Transpose', [graph.node('Reshape', [x, splitShape])], { perm: [0, 2, 1, 3] });
  const append = (kind: 'key' | 'value', i: number, x: string) => {
    graph.input(pastName(kind, i), 'float', [1, heads, 'past', headDim]);
    const joined = graph.node('Concat', [pastName(kind, i), split(x)], { axis: 2 }, nextName(kind, i));
    graph.output(joined, [1, heads, 'keyLen', headDim]);
    return joined;
  };

  let x = graph.node('Add', [weights.rows(ids, 'wte.weight'), weights.rows(positions, 'wpe.weight')]);
  for (let i = 0; i < depth; i++) {
    const joined = linear(norm(x, `h.${i}.ln_1`), `h.${i}.attn.c_attn`);
    const [query, newKey, newValue] = graph.nodes('Split', [joined], 3, { axis: -1, num_outputs: 3 });
    const [key, value] = [append('key', i, newKey!), append('value', i, newValue!)];
    const scores = graph.node('MatMul', [split(query!), graph.node('Transpose', [key], { perm: [0, 1, 3, 2] })]);
    const masked = graph.node('Add', [graph.node('Mul', [scores, scale]), mask]);
    const attended = graph.node('MatMul', [graph.node('Softmax', [masked], { axis: -1 }), value]);
    const merged = graph.node('Reshape', [graph.node('Transpose', [attended], { perm: [0, 2, 1, 3] }), mergedShape]);
    x = graph.node('Add', [x, linear(merged, `h.${i}.attn.c_proj`)]);
    const inner = [product(norm(x, `h.${i}.ln_2`), `h.${i}.mlp.c_fc`), vector(`h.${i}.mlp.c_fc.bias`)];
    const hidden = graph.node('FastGelu', inner, {}, undefined, 'com.microsoft');
    x = graph.node('Add', [x, linear(hidden, `h.${i}.mlp.c_proj`)]);
  }
  const final = norm(isBare ? graph.node('Gather', [x, last], { axis: 1 }) : x, 'ln_f');
  const logits = weights.head(final, 'wte.weight');
  graph.output(graph.node('Identity', [logits], {}, 'logits'), [1, isBare ? 1 : 'length', shape.vocab_size]);
}

/** The mask [length, keyLen] from the lengths of the ids and of the attention mask: 0 where a query may attend. */
function causalMask(graph: GraphBuilder, ids: string): string {
  graph.input('attention_mask', 'int64', [1, 'keyLen']);
  const [zero, one] = [graph.integers([0], []), graph.integers([1], [])];
  const lengthOf = (x: string) => graph.node('Gather', [graph.node('Shape', [x]), one], { axis: 0 });
  const keyLen = lengthOf('attention_mask');
  const before = graph.node('Sub', [keyLen, lengthOf(ids)]);
  const rows = graph.node('Unsqueeze', [graph.node('Range', [before, keyLen, one]), graph.integers([1])]);
  const isLater = graph.node('Greater', [graph.node('Range', [zero, keyLen, one]), rows]);
  return graph.node('Where', [isLater, graph.float(-1e9), graph.float(0)]);
}
