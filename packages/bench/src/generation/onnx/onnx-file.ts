import { existsSync } from 'node:fs';
import { open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import type { Shape } from '../shape.js';
import type { Form } from '../subject-runner.js';
import { externalTensors } from './external-tensors.js';
import { addGpt2 } from './gpt2-graph.js';
import { GraphBuilder } from './graph-builder.js';
import { floatWeights, packedWeights, type StoredWeights } from './graph-weights.js';
import { addLlama } from './llama-graph.js';

/** The forms in which onnxruntime multiplies. */
export type OnnxForm = Exclude<Form, 'f16'>;

/** The files of a graph in a folder: the graph itself, and its weights. */
export const onnxFiles = (form: OnnxForm) =>
  form === 'f32'
    ? { graph: 'f32.onnx', weights: 'model.safetensors' }
    : { graph: `${form}.onnx`, weights: `${form}.bin` };

/** Writes the graph of the checkpoint in a folder, with weights in a form, unless it is there. */
export async function writeOnnx(folder: string, form: OnnxForm): Promise<void> {
  const files = onnxFiles(form);
  if (existsSync(join(folder, files.graph))) return;
  const shape = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Shape;
  const file = join(folder, 'model.safetensors');
  const values = await openSafetensors(await fileSource(file));
  const stored: StoredWeights = {
    tensors: await externalTensors(file),
    read: async name => (await values.readFloat32(name)).data as Float32Array,
    transposed: shape.model_type === 'gpt2',
  };
  const graph = new GraphBuilder();
  const packed = form === 'f32' ? undefined : packedWeights(graph, stored, form, files.weights);
  const weights = packed ?? floatWeights(graph, stored, files.weights);
  if (shape.model_type === 'gpt2') addGpt2(graph, weights, shape);
  else addLlama(graph, weights, shape);
  if (packed) {
    const handle = await open(join(folder, `${files.weights}.partial`), 'w');
    try {
      for (const { bytes } of packed.pieces) await handle.writeFile(await bytes());
    } finally {
      await handle.close();
    }
    await rename(join(folder, `${files.weights}.partial`), join(folder, files.weights));
  }
  await writeFile(join(folder, files.graph), graph.encode());
}
