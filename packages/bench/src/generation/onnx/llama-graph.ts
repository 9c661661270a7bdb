import type { LlamaShape } from '../shape.js';
import type { GraphBuilder } from './graph-builder.js';
import type { GraphWeights } from './graph-weights.js';

/**
 * Adds Llama with a key/value cache. Inputs: `ids` int64 [1, length], `last` int32 [1] (the length of all, minus 1),
 * `total` int32 [] (the length of all), `key.i` and `value.i` [1, kvHeads, past, headDim]. Outputs: `logits` [1, 1,
 * vocab] of the last position, `next.key.i` and `next.value.i`. Rotation and attention are one fused op of the runtime.
 */
export function addLlama(graph: GraphBuilder, weights: GraphWeights, shape: LlamaShape): void {
  const { num_attention_heads: heads, num_key_value_heads: kvHeads, hidden_size: modelDim } = shape;
  const headDim = modelDim / heads;
  const maxPositions = shape.max_position_embeddings;
  const angles = (f: (angle: number) => number) => {
    const values = Float32Array.from({ length: (maxPositions * headDim) / 2 }, (_, at) => {
      const [position, i] = [Math.floor(at / (headDim / 2)), at % (headDim / 2)];
      return f(position / 10000 ** ((2 * i) / headDim));
    });
    return graph.floats(values, [maxPositions, headDim / 2]);
  };
  const [cos, sin] = [angles(Math.cos), angles(Math.sin)];
  graph.input('ids', 'int64', [1, 'length']);
  graph.input('last', 'int32', [1]);
  graph.input('total', 'int32', []);

  const norm = (x: string, name: string) =>
    graph.node('SimplifiedLayerNormalization', [x, weights.vector(`${name}.weight`)], { axis: -1, epsilon: 1e-6 });
  const linear = (x: string, name: string) => weights.product(x, `${name}.weight`);
  const attributes = { num_heads: heads, kv_num_heads: kvHeads, do_rotary: 1, rotary_interleaved: 0 };
  let x = weights.rows('ids', 'model.embed_tokens.weight');
  for (let i = 0; i < shape.num_hidden_layers; i++) {
    const name = `model.layers.${i}`;
    const normed = norm(x, `${name}.input_layernorm`);
    const [query, key, value] = ['q_proj', 'k_proj', 'v_proj'].map(each => linear(normed, `${name}.self_attn.${each}`));
    for (const kind of ['key', 'value'] as const) {
      graph.input(`${kind}.${i}`, 'float', [1, kvHeads, 'past', headDim]);
      graph.output(`next.${kind}.${i}`, [1, kvHeads, 'keyLen', headDim]);
    }
    const attended = graph.several(
      'GroupQueryAttention',
      [query!, key!, value!, `key.${i}`, `value.${i}`, 'last', 'total', cos, sin],
      [`attended.${i}`, `next.key.${i}`, `next.value.${i}`],
      attributes,
      'com.microsoft',
    )[0]!;
    x = graph.node('Add', [x, linear(attended, `${name}.self_attn.o_proj`)]);
    const second = norm(x, `${name}.post_attention_layernorm`);
    const gate = linear(second, `${name}.mlp.gate_proj`);
    const gated = graph.node('Mul', [gate, graph.node('Sigmoid', [gate])]);
    const hidden = graph.node('Mul', [gated, linear(second, `${name}.mlp.up_proj`)]);
    x = graph.node('Add', [x, linear(hidden, `${name}.mlp.down_proj`)]);
  }
  const final = norm(graph.node('Gather', [x, graph.integers([-1])], { axis: 1 }), 'model.norm');
  const logits = weights.head(final, 'model.embed_tokens.weight');
  graph.output(graph.node('Identity', [logits], {}, 'logits'), [1, 1, shape.vocab_size]);
}
