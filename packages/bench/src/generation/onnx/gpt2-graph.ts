import type { Shape } from '../shape.js';
import { type ExternalTensor, GraphBuilder } from './graph-builder.js';

/**
 * GPT-2 as an ONNX graph with a key/value cache. Inputs: `ids` and `positions` int64 [1, length], `mask` [1, 1, length,
 * keyLen] (added to the scores), `key.i` and `value.i` [1, heads, past, headDim]. Outputs: `logits` [1, vocab] of the
 * last position, `next.key.i` and `next.value.i`. The weights are external data in `weightsFile`, a safetensors file.
 * Normalization and gelu are fused ops of the runtime.
 */
export function gpt2Graph(shape: Shape, tensors: ReadonlyMap<string, ExternalTensor>, weightsFile: string): Uint8Array {
  const { n_layer: depth, n_head: heads, n_embd: modelDim } = shape;
  const headDim = modelDim / heads;
  const graph = new GraphBuilder();
  for (const [name, tensor] of tensors) graph.external(name, tensor, weightsFile);
  const splitShape = graph.integers([0, 0, heads, headDim]);
  const mergedShape = graph.integers([0, 0, modelDim]);
  const scale = graph.float(1 / Math.sqrt(headDim));
  const last = graph.integers([-1], []);
  graph.input('ids', 'int64', [1, 'length']);
  graph.input('positions', 'int64', [1, 'length']);
  graph.input('mask', 'float', [1, 1, 'length', 'keyLen']);

  const norm = (x: string, name: string) =>
    graph.node('LayerNormalization', [x, `${name}.weight`, `${name}.bias`], { axis: -1, epsilon: 1e-5 });
  const product = (x: string, name: string) => graph.node('MatMul', [x, `${name}.weight`]);
  const linear = (x: string, name: string) => graph.node('Add', [product(x, name), `${name}.bias`]);
  const split = (x: string) =>
    graph.node('Transpose', [graph.node('Reshape', [x, splitShape])], { perm: [0, 2, 1, 3] });
  const append = (kind: 'key' | 'value', i: number, x: string) => {
    graph.input(`${kind}.${i}`, 'float', [1, heads, 'past', headDim]);
    const joined = graph.node('Concat', [`${kind}.${i}`, split(x)], { axis: 2 }, `next.${kind}.${i}`);
    graph.output(joined, [1, heads, 'keyLen', headDim]);
    return joined;
  };

  const token = graph.node('Gather', ['wte.weight', 'ids'], { axis: 0 });
  let x = graph.node('Add', [token, graph.node('Gather', ['wpe.weight', 'positions'], { axis: 0 })]);
  for (let i = 0; i < depth; i++) {
    const joined = linear(norm(x, `h.${i}.ln_1`), `h.${i}.attn.c_attn`);
    const [query, newKey, newValue] = graph.nodes('Split', [joined], 3, { axis: -1, num_outputs: 3 });
    const [key, value] = [append('key', i, newKey!), append('value', i, newValue!)];
    const scores = graph.node('MatMul', [split(query!), graph.node('Transpose', [key], { perm: [0, 1, 3, 2] })]);
    const masked = graph.node('Add', [graph.node('Mul', [scores, scale]), 'mask']);
    const attended = graph.node('MatMul', [graph.node('Softmax', [masked], { axis: -1 }), value]);
    const merged = graph.node('Reshape', [graph.node('Transpose', [attended], { perm: [0, 2, 1, 3] }), mergedShape]);
    x = graph.node('Add', [x, linear(merged, `h.${i}.attn.c_proj`)]);
    const inner = [product(norm(x, `h.${i}.ln_2`), `h.${i}.mlp.c_fc`), `h.${i}.mlp.c_fc.bias`];
    x = graph.node('Add', [
      x,
      linear(graph.node('FastGelu', inner, {}, undefined, 'com.microsoft'), `h.${i}.mlp.c_proj`),
    ]);
  }
  const final = norm(graph.node('Gather', [x, last], { axis: 1 }), 'ln_f');
  graph.output(graph.node('Gemm', [final, 'wte.weight'], { transB: 1 }, 'logits'), [1, shape.vocab_size]);
  return graph.encode();
}
