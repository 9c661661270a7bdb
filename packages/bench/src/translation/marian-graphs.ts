import { type ExternalTensor, GraphBuilder } from '../generation/onnx/graph-builder.js';

/** The fields of a Marian `config.json` that a graph needs. */
export interface MarianShape {
  readonly d_model: number;
  readonly encoder_layers: number;
  readonly decoder_layers: number;
  readonly encoder_attention_heads: number;
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
}

/** Two graphs with weights in one file. */
export interface MarianGraphs {
  /**
   * `ids` and `mask` [batch, 1, 1, keyLen] (added to the scores) to the keys and values of the source for each block of
   * the decoder: `cross.key.i`, `cross.value.i` [batch, heads, keyLen, headDim].
   */
  readonly encoder: Uint8Array;
  /**
   * `ids` [batch, 1], `position` [1], `mask`, `cross.*` and `key.i`, `value.i` [batch, heads, past, headDim] to
   * `logits` [batch, vocab] and `next.*`.
   */
  readonly decoder: Uint8Array;
}

/** Marian as separate ONNX graphs of encoder and decoder with a cache, the layout of transformers.js. */
export function marianGraphs(
  shape: MarianShape,
  stored: ReadonlyMap<string, ExternalTensor>,
  weightsFile: string,
): MarianGraphs {
  return { encoder: encoderGraph(shape, stored, weightsFile), decoder: decoderGraph(shape, stored, weightsFile) };
}

function encoderGraph(shape: MarianShape, stored: ReadonlyMap<string, ExternalTensor>, file: string): Uint8Array {
  const parts = new MarianBuilder(shape, stored, file, ['model.shared', 'model.encoder', 'encoder_attn']);
  const { graph, headDim, heads } = parts;
  graph.input('ids', 'int64', ['batch', 'keyLen']);
  graph.input('mask', 'float', ['batch', 1, 1, 'keyLen']);
  const length = graph.node('Slice', [graph.node('Shape', ['ids']), graph.integers([1]), graph.integers([2])]);
  const rows = graph.node('Slice', [parts.positions, graph.integers([0]), length, graph.integers([0])]);
  let x = graph.node('Add', [parts.embedding(), rows]);
  for (let i = 0; i < shape.encoder_layers; i++) {
    const name = `model.encoder.layers.${i}`;
    const [key, value] = ['k_proj', 'v_proj'].map(each => parts.split(parts.linear(x, `${name}.self_attn.${each}`)));
    x = parts.addAndNorm(x, parts.attend(x, key!, value!, `${name}.self_attn`, 'mask'), `${name}.self_attn_layer_norm`);
    x = parts.mlp(x, name);
  }
  for (let i = 0; i < shape.decoder_layers; i++) {
    for (const [kind, each] of [
      ['key', 'k_proj'],
      ['value', 'v_proj'],
    ] as const) {
      const projected = parts.linear(x, `model.decoder.layers.${i}.encoder_attn.${each}`);
      graph.output(parts.split(projected, `cross.${kind}.${i}`), ['batch', heads, 'keyLen', headDim]);
    }
  }
  return graph.encode();
}

function decoderGraph(shape: MarianShape, stored: ReadonlyMap<string, ExternalTensor>, file: string): Uint8Array {
  const parts = new MarianBuilder(shape, stored, file, ['model.shared', 'model.decoder', 'final_logits_bias']);
  const { graph, headDim, heads } = parts;
  graph.input('ids', 'int64', ['batch', 1]);
  graph.input('position', 'int64', [1]);
  graph.input('mask', 'float', ['batch', 1, 1, 'keyLen']);
  const append = (kind: 'key' | 'value', i: number, x: string) => {
    graph.input(`${kind}.${i}`, 'float', ['batch', heads, 'past', headDim]);
    const joined = graph.node('Concat', [`${kind}.${i}`, parts.split(x)], { axis: 2 }, `next.${kind}.${i}`);
    graph.output(joined, ['batch', heads, 'length', headDim]);
    return joined;
  };
  let x = graph.node('Add', [parts.embedding(), graph.node('Gather', [parts.positions, 'position'], { axis: 0 })]);
  for (let i = 0; i < shape.decoder_layers; i++) {
    const name = `model.decoder.layers.${i}`;
    const key = append('key', i, parts.linear(x, `${name}.self_attn.k_proj`));
    const value = append('value', i, parts.linear(x, `${name}.self_attn.v_proj`));
    x = parts.addAndNorm(x, parts.attend(x, key, value, `${name}.self_attn`), `${name}.self_attn_layer_norm`);
    for (const kind of ['key', 'value'])
      graph.input(`cross.${kind}.${i}`, 'float', ['batch', heads, 'keyLen', headDim]);
    const crossAttention = parts.attend(x, `cross.key.${i}`, `cross.value.${i}`, `${name}.encoder_attn`, 'mask');
    x = parts.addAndNorm(x, crossAttention, `${name}.encoder_attn_layer_norm`);
    x = parts.mlp(x, name);
  }
  const flat = graph.node('Reshape', [x, graph.integers([-1, shape.d_model])]);
  const logits = graph.node('Gemm', [flat, 'model.shared.weight'], { transB: 1 });
  graph.output(graph.node('Add', [logits, 'final_logits_bias'], {}, 'logits'), ['batch', shape.vocab_size]);
  return graph.encode();
}

/** The layers of both graphs. */
class MarianBuilder {
  readonly graph = new GraphBuilder();
  readonly heads: number;
  readonly headDim: number;
  /** The table of sinusoids [positions, modelDim], sines first. */
  readonly positions: string;
  readonly #shape: MarianShape;
  readonly #heading: string;
  readonly #merging: string;

  constructor(shape: MarianShape, stored: ReadonlyMap<string, ExternalTensor>, file: string, uses: readonly string[]) {
    const { d_model, encoder_attention_heads, max_position_embeddings } = shape;
    this.#shape = shape;
    this.heads = encoder_attention_heads;
    this.headDim = d_model / this.heads;
    for (const [name, tensor] of stored)
      if (uses.some(use => name.includes(use))) this.graph.external(name, tensor, file);
    this.#heading = this.graph.integers([0, 0, this.heads, this.headDim]);
    this.#merging = this.graph.integers([0, 0, d_model]);
    this.positions = this.graph.floats(sinusoids(max_position_embeddings, d_model), [max_position_embeddings, d_model]);
  }

  embedding(): string {
    const rows = this.graph.node('Gather', ['model.shared.weight', 'ids'], { axis: 0 });
    return this.graph.node('Mul', [rows, this.graph.float(Math.sqrt(this.#shape.d_model))]);
  }

  /** The optimizer of the session transposes a weight once. */
  linear(x: string, name: string): string {
    const weight = this.graph.node('Transpose', [`${name}.weight`], { perm: [1, 0] });
    return this.graph.node('Add', [this.graph.node('MatMul', [x, weight]), `${name}.bias`]);
  }

  split(x: string, name?: string): string {
    return this.graph.node('Transpose', [this.graph.node('Reshape', [x, this.#heading])], { perm: [0, 2, 1, 3] }, name);
  }

  attend(x: string, key: string, value: string, name: string, mask?: string): string {
    const { graph } = this;
    const query = this.split(this.linear(x, `${name}.q_proj`));
    const scores = graph.node('MatMul', [query, graph.node('Transpose', [key], { perm: [0, 1, 3, 2] })]);
    const scaled = graph.node('Mul', [scores, graph.float(1 / Math.sqrt(this.headDim))]);
    const masked = mask ? graph.node('Add', [scaled, mask]) : scaled;
    const attended = graph.node('MatMul', [graph.node('Softmax', [masked], { axis: -1 }), value]);
    const merged = graph.node('Reshape', [graph.node('Transpose', [attended], { perm: [0, 2, 1, 3] }), this.#merging]);
    return this.linear(merged, `${name}.out_proj`);
  }

  addAndNorm(x: string, y: string, norm: string): string {
    const sum = this.graph.node('Add', [x, y]);
    const inputs = [sum, `${norm}.weight`, `${norm}.bias`];
    return this.graph.node('LayerNormalization', inputs, { axis: -1, epsilon: 1e-5 });
  }

  mlp(x: string, name: string): string {
    const up = this.linear(x, `${name}.fc1`);
    const hidden = this.graph.node('Mul', [up, this.graph.node('Sigmoid', [up])]);
    return this.addAndNorm(x, this.linear(hidden, `${name}.fc2`), `${name}.final_layer_norm`);
  }
}

function sinusoids(maxPositions: number, dim: number): Float32Array {
  return Float32Array.from({ length: maxPositions * dim }, (_, at) => {
    const [position, i] = [Math.floor(at / dim), at % dim];
    const angle = position / 10000 ** ((2 * (i % (dim / 2))) / dim);
    return i < dim / 2 ? Math.sin(angle) : Math.cos(angle);
  });
}
