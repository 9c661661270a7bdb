import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { convertCheckpoint } from '@residual/model';
import { stories } from '@residual/model-stories';
import { bytesSource, openSafetensors, writeSafetensors } from '@residual/safetensors';
import { normalValues } from '@residual/tensor';
import { repository } from '../repository.js';
import { type Shape, type ShapeName, shapes, tensorsOf } from './shape.js';

/** The folder of checkpoints, kept between runs. */
const cache = fileURLToPath(new URL('.residual/bench/', repository));

/**
 * A folder with `config.json` and `model.safetensors` (float32) of a shape, created on first use: random weights, or
 * those of the stories model. All subjects read this file.
 */
export async function checkpointOf(name: ShapeName): Promise<string> {
  const folder = join(cache, name);
  const file = join(folder, 'model.safetensors');
  if (existsSync(file)) return folder;
  await mkdir(folder, { recursive: true });
  const shape: Shape = shapes[name];
  await writeFile(join(folder, 'config.json'), `${JSON.stringify(configOf(shape), null, 2)}\n`);
  if (name === 'llama-1.1b') return folder; // only as GGUF files
  const values = name === 'stories' ? await storyWeights() : randomWeights(shape);
  const named = Object.fromEntries(
    [...values].map(([key, data]) => [key, { dtype: 'F32' as const, shape: tensorsOf(shape).get(key)!, data }]),
  );
  await writeFile(`${file}.partial`, writeSafetensors(named, { format: 'pt' }));
  await rename(`${file}.partial`, file);
  return folder;
}

/** The `config.json` of a shape. */
export const configOf = (shape: Shape): object =>
  shape.model_type === 'gpt2'
    ? { ...shape, architectures: ['GPT2LMHeadModel'], activation_function: 'gelu_new' }
    : { ...shape, architectures: ['LlamaForCausalLM'], hidden_act: 'silu', tie_word_embeddings: true };

/**
 * Random normal weights, with norms of weight 1 and bias 0. Position embeddings are large, so that greedy decoding does
 * not repeat one token forever.
 */
export function randomWeights(shape: Shape): Map<string, Float32Array> {
  const std = 1.4 / Math.sqrt(shape.model_type === 'gpt2' ? shape.n_embd : shape.hidden_size);
  const start = (name: string, length: number) => {
    if (/(ln_\w|norm)\.weight$/.test(name)) return new Float32Array(length).fill(1);
    if (/ln_\w\.bias$/.test(name)) return new Float32Array(length);
    const strength = name.startsWith('wpe') ? 8 * std : std;
    return normalValues(1, name, length).map(value => strength * value);
  };
  const sizes = [...tensorsOf(shape)].map(([name, dims]) => [name, dims.reduce((a, b) => a * b, 1)] as const);
  return new Map(sizes.map(([name, length]) => [name, start(name, length)]));
}

async function storyWeights(): Promise<Map<string, Float32Array>> {
  const { weights } = await convertCheckpoint(stories, { weights: 'f32' });
  const stored = await openSafetensors(bytesSource(await joinedBytes(weights.get('model.safetensors')!)));
  const values = new Map<string, Float32Array>();
  for (const name of tensorsOf(shapes.stories).keys()) {
    values.set(name, (await stored.readFloat32(`transformer.${name}`)).data);
  }
  return values;
}

/** All bytes of some chunks. */
async function joinedBytes(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return new Uint8Array(Buffer.concat(all));
}
