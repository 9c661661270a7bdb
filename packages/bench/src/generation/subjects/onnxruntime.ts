import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-web';
import type { Shape } from '../shape.js';
import { externalTensors } from './external-tensors.js';
import { gpt2Graph } from './onnx-graph.js';
import { type Subject, subjectOf } from './subject.js';

type Feeds = Record<string, ort.Tensor>;

/** onnxruntime-web on WebAssembly, in float32, with an optimized graph and a key/value cache. */
export function onnxruntime(threads: number): Subject {
  let session: ort.InferenceSession | undefined;
  let shape: Shape | undefined;
  let past: Feeds = {};
  let length = 0;

  const feed = async (tokens: readonly number[]) => {
    const keyLen = length + tokens.length;
    const integers = (values: readonly number[]) =>
      new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    const mask = Float32Array.from({ length: tokens.length * keyLen }, (_, i) =>
      i % keyLen <= length + Math.floor(i / keyLen) ? 0 : -1e9,
    );
    const results = await session!.run({
      ...past,
      ids: integers(tokens),
      positions: integers(tokens.map((_, i) => length + i)),
      mask: new ort.Tensor('float32', mask, [1, 1, tokens.length, keyLen]),
    });
    length = keyLen;
    past = Object.fromEntries(
      Object.entries(results).flatMap(([name, value]) =>
        name.startsWith('next.') ? [[name.slice('next.'.length), value]] : [],
      ),
    );
    return results.logits!.data as Float32Array;
  };

  return subjectOf({
    load: async folder => {
      ort.env.wasm.numThreads = threads;
      shape = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Shape;
      const file = 'model.safetensors';
      const graph = gpt2Graph(shape, await externalTensors(join(folder, file)), file);
      session = await ort.InferenceSession.create(graph, {
        executionProviders: ['wasm'],
        graphOptimizationLevel: 'all',
        externalData: [{ path: file, data: await readFile(join(folder, file)) }],
      });
    },
    reset: () => {
      const { n_layer, n_head, n_embd } = shape!;
      const empty = () => new ort.Tensor('float32', new Float32Array(), [1, n_head, 0, n_embd / n_head]);
      length = 0;
      past = {};
      for (let i = 0; i < n_layer; i++) Object.assign(past, { [`key.${i}`]: empty(), [`value.${i}`]: empty() });
    },
    feed,
  });
}
