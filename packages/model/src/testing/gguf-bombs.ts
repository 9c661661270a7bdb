/** Models in GGUF files with hostile metadata and tensors, read by a process with a small heap. */

import '@residual/testkit/cpu';
import { type GgufTensor, type MetadataValue, openGguf, writeGguf } from '@residual/gguf';
import { bytesSource } from '@residual/safetensors';
import { type Bomb, type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { createModel } from '../load/create-model.js';
import { convertToGguf } from '../load/gguf/convert-to-gguf.js';
import { loadModel } from '../load/load-model.js';

/** A small selection of hostile values; `pnpm fuzz` has more. */
const few = { numbers: [-1, 3, 2 ** 53].map(String), types: ['"x"', '[1,2]'], count: 20_000 };

const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
const tokenizer = {
  model: 'llama',
  tokens: ['<unk>', '<s>', '</s>', ...bytes, '▁', 'a', 'b', 'ab'],
  scores: Array.from({ length: 263 }, (_, id) => -id),
  token_type: Array.from({ length: 263 }, (_, id) => (id === 0 ? 2 : id < 3 ? 3 : id < 259 ? 6 : 1)),
  bos_token_id: 1,
  eos_token_id: 2,
  padding_token_id: 2,
  add_bos_token: true,
};

/** A small model with its tensors, and its metadata as JSON. */
async function baseFile() {
  const config = {
    model_type: 'llama',
    vocab_size: 263,
    hidden_size: 8,
    intermediate_size: 12,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    max_position_embeddings: 16,
    rms_norm_eps: 1e-5,
    tie_word_embeddings: true,
    rope_scaling: { rope_type: 'yarn', factor: 2, original_max_position_embeddings: 8 },
  };
  const model = await createModel(config, { seed: 1 });
  const { file } = await convertToGguf(await model.save(), { weights: 'f16' });
  model.dispose();
  const chunks: Uint8Array[] = [];
  for await (const chunk of file) chunks.push(chunk);
  const opened = await openGguf(bytesSource(new Uint8Array(Buffer.concat(chunks))));
  const tensors = new Map<string, GgufTensor>();
  for (const [name, { type, shape }] of opened.tensors)
    tensors.set(name, { type, shape, data: await opened.read(name) });
  const entries = Array.from(opened.metadata, ([key, { value }]) => [key, value] as const);
  const metadata = Object.fromEntries(entries.filter(([key]) => !/^general\.(file|quant)/.test(key)));
  const own = Object.entries(tokenizer).map(([key, value]) => [`tokenizer.ggml.${key}`, value]);
  return { tensors, metadata: { ...metadata, ...Object.fromEntries(own) } };
}

const base = await baseFile();

/** A JSON value as metadata; undefined for one that the format does not have. */
function entryOf(value: unknown): MetadataValue | undefined {
  if (typeof value === 'string') return { type: 'string', value };
  if (typeof value === 'boolean') return { type: 'bool', value };
  if (typeof value === 'number')
    return Number.isInteger(value) && value >= 0 && value < 2 ** 32
      ? { type: 'uint32', value }
      : { type: 'float64', value };
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (value.every(each => typeof each === 'string')) return { type: 'string[]', value };
  if (!value.every(each => typeof each === 'number')) return undefined;
  return value.every(Number.isInteger)
    ? { type: 'int32[]', value: Int32Array.from(value) }
    : { type: 'float32[]', value: Float32Array.from(value) };
}

/** Loads the file with this metadata, generates a token and encodes a text. */
async function use(metadata: unknown, tensors = base.tensors): Promise<void> {
  const entries = Object.entries(typeof metadata === 'object' && metadata !== null ? metadata : {});
  const known = entries.flatMap(([key, value]) => {
    const entry = entryOf(value);
    return entry ? [[key, entry] as const] : [];
  });
  const model = await loadModel(new Map([['x.gguf', await writeGguf({ metadata: new Map(known), tensors })]]));
  try {
    model.tokenizer?.encode('ab a');
    await model.generate([1, 260], { maxNewTokens: 1 }).result();
  } finally {
    model.dispose();
  }
}

/** Files with hostile metadata. */
export const metadata: BombTarget = {
  inputs: () => bombsOf(base.metadata, few),
  read: text => use(JSON.parse(text)),
};

/** Files with tensors of other shapes, or without one, or with one more. */
export const tensors: BombTarget<string> = {
  *inputs(): Generator<Bomb> {
    for (const name of [...base.tensors.keys(), 'rope_freqs.weight'])
      for (const shape of ['', '[]', '[7]', '[0,8]', '[263,8]', '[1,2,3]'])
        yield { name: `${name} ${shape || 'missing'}`, make: () => `${name} ${shape}` };
  },
  read: text => {
    const [name, shape] = text.split(' ') as [string, string];
    const changed = new Map(base.tensors);
    if (shape === '') changed.delete(name);
    else {
      const lengths = JSON.parse(shape) as number[];
      const size = lengths.reduce((product, length) => product * length, 1);
      changed.set(name, { type: 'F32', shape: lengths, data: new Uint8Array(4 * size) });
    }
    return use(base.metadata, changed);
  },
};
