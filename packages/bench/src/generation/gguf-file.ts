import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeBlocks, type GgufTensor, type MetadataValue, streamGguf, typeOfName } from '@residual/gguf';
import { transposedRows } from '@residual/layers';
import { float32ToFloat16 } from '@residual/number-formats';
import { openSafetensors } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import { type Shape, tensorsOf } from './shape.js';
import type { Form } from './subject-runner.js';

const types = { f32: 'F32', f16: 'F16', int8: 'Q8_0', int4: 'Q4_0' } as const;

/** The file in the folder of a checkpoint that llama.cpp reads. */
export const ggufFile = (form: Form): string => `${form}.gguf`;

/** Writes the checkpoint in a folder as a GGUF file, unless it is there. */
export async function writeGgufFile(folder: string, form: Form): Promise<void> {
  const file = join(folder, ggufFile(form));
  if (existsSync(file)) return;
  const shape = JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8')) as Shape;
  const stored = await openSafetensors(await fileSource(join(folder, 'model.safetensors')));
  const tensors = new Map<string, GgufTensor>();
  for (const [name, { shape: lengths }] of stored.tensors) {
    const isConv1d = shape.model_type === 'gpt2' && name.startsWith('h.') && lengths.length === 2;
    const type = lengths.length === 2 && name !== 'wpe.weight' ? types[form] : 'F32';
    const [rows, columns] = lengths as [number, number];
    tensors.set(ggufName(name), {
      type,
      shape: isConv1d ? [columns, rows] : lengths,
      data: async () => {
        const values = (await stored.readFloat32(name)).data as Float32Array;
        return encodeBlocks(
          type,
          isConv1d ? transposedRows(values, { stride: columns, start: 0, out: columns, to: rows }) : values,
        );
      },
    });
  }
  const pieces = streamGguf({ metadata: metadataOf(shape), tensors });
  await writeFile(`${file}.partial`, pieces);
  await rename(`${file}.partial`, file);
}

/** Writes a checkpoint of a shape with random weights of 8 or 4 bits, which never were float32, unless it is there. */
export async function writeRandomGguf(folder: string, shape: Shape, form: 'int8' | 'int4'): Promise<void> {
  const file = join(folder, ggufFile(form));
  if (existsSync(file)) return;
  const type = types[form];
  const { blockBytes, blockValues } = typeOfName(type)!;
  const tensors = new Map<string, GgufTensor>();
  for (const [name, lengths] of tensorsOf(shape)) {
    const entries = lengths.reduce((a, b) => a * b, 1);
    const random = () => {
      const bytes = randomBytes((entries / blockValues) * blockBytes);
      const scale = float32ToFloat16(Float32Array.of(1.4 / Math.sqrt(lengths[1]!) / (form === 'int8' ? 74 : 4.6)))[0]!;
      for (let at = 0; at < bytes.length; at += blockBytes) bytes.writeUInt16LE(scale, at);
      return bytes;
    };
    const ones = () => encodeBlocks('F32', new Float32Array(entries).fill(1));
    const isMatrix = lengths.length === 2;
    tensors.set(ggufName(name), { type: isMatrix ? type : 'F32', shape: lengths, data: isMatrix ? random : ones });
  }
  await writeFile(`${file}.partial`, streamGguf({ metadata: metadataOf(shape), tensors }));
  await rename(`${file}.partial`, file);
}

function metadataOf(shape: Shape): Map<string, MetadataValue> {
  const whole = (value: number): MetadataValue => ({ type: 'uint32', value });
  const float = (value: number): MetadataValue => ({ type: 'float32', value });
  const text = (value: string): MetadataValue => ({ type: 'string', value });
  const common: [string, MetadataValue][] = [
    ['general.architecture', text(shape.model_type)],
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text('gpt-2')],
    ['tokenizer.ggml.tokens', { type: 'string[]', value: tokensOf(shape.vocab_size) }],
    ['tokenizer.ggml.merges', { type: 'string[]', value: ['a b'] }],
    ['tokenizer.ggml.eos_token_id', whole(shape.vocab_size - 1)],
    [`${shape.model_type}.vocab_size`, whole(shape.vocab_size)],
  ];
  const more: Record<string, MetadataValue> =
    shape.model_type === 'gpt2'
      ? {
          block_count: whole(shape.n_layer),
          context_length: whole(shape.n_positions),
          embedding_length: whole(shape.n_embd),
          feed_forward_length: whole(4 * shape.n_embd),
          'attention.head_count': whole(shape.n_head),
          'attention.layer_norm_epsilon': float(1e-5),
        }
      : {
          block_count: whole(shape.num_hidden_layers),
          context_length: whole(shape.max_position_embeddings),
          embedding_length: whole(shape.hidden_size),
          feed_forward_length: whole(shape.intermediate_size),
          'attention.head_count': whole(shape.num_attention_heads),
          'attention.head_count_kv': whole(shape.num_key_value_heads),
          'attention.layer_norm_rms_epsilon': float(1e-6),
          'rope.dimension_count': whole(shape.hidden_size / shape.num_attention_heads),
        };
  const own = Object.entries(more).map(([key, value]) => [`${shape.model_type}.${key}`, value] as const);
  return new Map([...common, ...own]);
}

/** Names of tokens, of which no text is made: what is measured reads and writes ids. */
const tokensOf = (vocab: number) => ['a', 'b', 'ab', ...Array.from({ length: vocab - 3 }, (_, id) => `<${id}>`)];

const parts: Readonly<Record<string, string>> = {
  'wte.weight': 'token_embd.weight',
  'wpe.weight': 'position_embd.weight',
  'model.embed_tokens.weight': 'token_embd.weight',
  'model.norm.weight': 'output_norm.weight',
  ln_f: 'output_norm',
  ln_1: 'attn_norm',
  ln_2: 'ffn_norm',
  'attn.c_attn': 'attn_qkv',
  'attn.c_proj': 'attn_output',
  'mlp.c_fc': 'ffn_up',
  'mlp.c_proj': 'ffn_down',
  input_layernorm: 'attn_norm',
  post_attention_layernorm: 'ffn_norm',
  'self_attn.q_proj': 'attn_q',
  'self_attn.k_proj': 'attn_k',
  'self_attn.v_proj': 'attn_v',
  'self_attn.o_proj': 'attn_output',
  'mlp.gate_proj': 'ffn_gate',
  'mlp.up_proj': 'ffn_up',
  'mlp.down_proj': 'ffn_down',
};

/** The name of a tensor in a GGUF file. */
function ggufName(name: string): string {
  if (parts[name]) return parts[name];
  const [, block, part, kind] = /^(?:(?:model\.layers|h)\.(\d+)\.)?(.+)\.(weight|bias)$/.exec(name)!;
  return `${block === undefined ? '' : `blk.${block}.`}${parts[part!]}.${kind}`;
}
