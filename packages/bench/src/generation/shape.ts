/** The fields of a GPT-2 `config.json` that a measurement needs. */
export interface Gpt2Shape {
  readonly model_type: 'gpt2';
  readonly n_layer: number;
  readonly n_embd: number;
  readonly n_head: number;
  readonly n_positions: number;
  readonly vocab_size: number;
}

/** The fields of a Llama `config.json` that a measurement needs; the head is tied. */
export interface LlamaShape {
  readonly model_type: 'llama';
  readonly num_hidden_layers: number;
  readonly hidden_size: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly intermediate_size: number;
  readonly max_position_embeddings: number;
  readonly vocab_size: number;
}

export type Shape = Gpt2Shape | LlamaShape;

/**
 * Shapes by name: GPT-2's smallest size, one that computes next to nothing, the stories model, a rotary model of the
 * same size for long contexts, and TinyLlama's (Zhang et al. 2024).
 */
export const shapes = {
  'gpt2-124m': { model_type: 'gpt2', n_layer: 12, n_embd: 768, n_head: 12, n_positions: 1024, vocab_size: 50257 },
  'gpt2-empty': { model_type: 'gpt2', n_layer: 12, n_embd: 24, n_head: 12, n_positions: 1024, vocab_size: 64 },
  stories: { model_type: 'gpt2', n_layer: 6, n_embd: 320, n_head: 5, n_positions: 256, vocab_size: 6000 },
  'llama-110m': {
    model_type: 'llama',
    num_hidden_layers: 12,
    hidden_size: 768,
    num_attention_heads: 12,
    num_key_value_heads: 4,
    intermediate_size: 2048,
    max_position_embeddings: 8448,
    vocab_size: 32000,
  },
  'llama-1.1b': {
    model_type: 'llama',
    num_hidden_layers: 22,
    hidden_size: 2048,
    num_attention_heads: 32,
    num_key_value_heads: 4,
    intermediate_size: 5632,
    max_position_embeddings: 2048,
    vocab_size: 32000,
  },
} as const satisfies Record<string, Shape>;

/** The name of one of them. */
export type ShapeName = keyof typeof shapes;

/** The tensors of a checkpoint of a shape with their shapes, in the order in which they are stored. */
export function tensorsOf(shape: Shape): Map<string, readonly number[]> {
  return shape.model_type === 'gpt2' ? gpt2Tensors(shape) : llamaTensors(shape);
}

function gpt2Tensors({ n_layer, n_embd, n_positions, vocab_size }: Gpt2Shape): Map<string, readonly number[]> {
  const tensors = new Map<string, readonly number[]>([
    ['wte.weight', [vocab_size, n_embd]],
    ['wpe.weight', [n_positions, n_embd]],
  ]);
  for (let i = 0; i < n_layer; i++) {
    const add = (name: string, inDim: number, outDim: number) => {
      tensors.set(`h.${i}.${name}.weight`, [inDim, outDim]);
      tensors.set(`h.${i}.${name}.bias`, [outDim]);
    };
    const norm = (name: string) => {
      tensors.set(`h.${i}.${name}.weight`, [n_embd]);
      tensors.set(`h.${i}.${name}.bias`, [n_embd]);
    };
    norm('ln_1');
    add('attn.c_attn', n_embd, 3 * n_embd);
    add('attn.c_proj', n_embd, n_embd);
    norm('ln_2');
    add('mlp.c_fc', n_embd, 4 * n_embd);
    add('mlp.c_proj', 4 * n_embd, n_embd);
  }
  tensors.set('ln_f.weight', [n_embd]);
  return tensors.set('ln_f.bias', [n_embd]);
}

function llamaTensors(shape: LlamaShape): Map<string, readonly number[]> {
  const { hidden_size: dim, intermediate_size: hidden, num_attention_heads: heads, num_key_value_heads } = shape;
  const kvDim = (dim / heads) * num_key_value_heads;
  const tensors = new Map<string, readonly number[]>([['model.embed_tokens.weight', [shape.vocab_size, dim]]]);
  for (let i = 0; i < shape.num_hidden_layers; i++) {
    const add = (name: string, ...lengths: number[]) => tensors.set(`model.layers.${i}.${name}.weight`, lengths);
    add('input_layernorm', dim);
    add('self_attn.q_proj', dim, dim);
    add('self_attn.k_proj', kvDim, dim);
    add('self_attn.v_proj', kvDim, dim);
    add('self_attn.o_proj', dim, dim);
    add('post_attention_layernorm', dim);
    add('mlp.gate_proj', hidden, dim);
    add('mlp.up_proj', hidden, dim);
    add('mlp.down_proj', dim, hidden);
  }
  return tensors.set('model.norm.weight', [dim]);
}

/** The number of entries of the matrices that one step of decoding reads: all but the tables of positions. */
export function entriesRead(shape: Shape): number {
  let entries = 0;
  for (const [name, lengths] of tensorsOf(shape))
    if (lengths.length === 2 && name !== 'wpe.weight') entries += lengths[0]! * lengths[1]!;
  return entries;
}

/** The bytes that an entry takes in each form, with its share of a scale. */
export const bytesPerEntry = { f32: 4, f16: 2, int8: 34 / 32, int4: 18 / 32 } as const;
