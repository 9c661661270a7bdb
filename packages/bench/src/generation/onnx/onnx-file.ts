import { existsSync } from 'node:fs';
import { mkdir, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openSafetensors } from '@residual/safetensors';
import { fileSource } from '@residual/safetensors/node';
import type { Shape } from '../shape.js';
import type { Form } from '../subject-runner.js';
import { externalTensors } from './external-tensors.js';
import { addGpt2, type Layout } from './gpt2-graph.js';
import { GraphBuilder } from './graph-builder.js';
import { floatWeights, type Piece, packedWeights, type StoredWeights } from './graph-weights.js';
import { addLlama } from './llama-graph.js';

/** The forms in which onnxruntime multiplies. */
export type OnnxForm = Exclude<Form, 'f16'>;

/** The names under which transformers.js looks for each form. */
const publishedNames = { f32: 'model', int8: 'model_quantized', int4: 'model_q4' } as const;

/** The files of a graph in a folder: the graph itself, and its weights. */
export const onnxFiles = (form: OnnxForm) => ({
  graph: `${form}.onnx`,
  weights: form === 'f32' ? 'model.safetensors' : `${form}.bin`,
  published: `onnx/${publishedNames[form]}.onnx`,
  publishedWeights: `${publishedNames[form]}.onnx_data`,
});

/** Writes the graphs of the checkpoint in a folder, with weights in a form, unless they are there. */
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
  /** Both layouts have the same weights, at the same places of the file. */
  const graphOf = (layout: Layout, weightsFile: string) => {
    const graph = new GraphBuilder();
    const packed = form === 'f32' ? undefined : packedWeights(graph, stored, form, weightsFile);
    const weights = packed ?? floatWeights(graph, stored, weightsFile);
    if (shape.model_type === 'gpt2') addGpt2(graph, weights, shape, layout);
    else addLlama(graph, weights, shape);
    return { graph, pieces: packed?.pieces };
  };
  const { graph, pieces } = graphOf('bare', files.weights);
  if (pieces) await writePieces(join(folder, files.weights), pieces);
  if (shape.model_type === 'gpt2') {
    await mkdir(join(folder, 'onnx'), { recursive: true });
    await writeFile(join(folder, files.published), graphOf('transformers.js', files.publishedWeights).graph.encode());
  }
  await writeFile(join(folder, files.graph), graph.encode());
}

async function writePieces(file: string, pieces: readonly Piece[]): Promise<void> {
  const handle = await open(`${file}.partial`, 'w');
  try {
    for (const { bytes } of pieces) await handle.writeFile(await bytes());
  } finally {
    await handle.close();
  }
  await rename(`${file}.partial`, file);
}
