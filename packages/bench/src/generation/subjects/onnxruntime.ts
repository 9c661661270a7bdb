import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as Ort from 'onnxruntime-web';
import { importPeer } from '../../peers/peers.js';
import { type OnnxForm, onnxFiles } from '../onnx/onnx-file.js';
import type { Shape } from '../shape.js';
import { type Subject, subjectOf } from './subject.js';

type Feeds = Record<string, Ort.Tensor>;

/** The tokens that one call reads, so that the scores of long prompts fit into memory. */
const chunkLength = 1024;

/** How a runtime is asked for. */
export interface OnnxSettings {
  readonly runtime: 'onnxruntime-web' | 'onnxruntime-node';
  readonly form: OnnxForm;
  readonly threads: number;
}

/** onnxruntime, on WebAssembly or native, with an optimized graph and a key/value cache. */
export function onnxruntime({ runtime, form, threads }: OnnxSettings): Subject {
  let ort: typeof Ort;
  let session: Ort.InferenceSession | undefined;
  let shape: Shape;
  let past: Feeds = {};
  let length = 0;

  const cacheOf = (): { depth: number; heads: number; headDim: number } =>
    shape.model_type === 'gpt2'
      ? { depth: shape.n_layer, heads: shape.n_head, headDim: shape.n_embd / shape.n_head }
      : {
          depth: shape.num_hidden_layers,
          heads: shape.num_key_value_heads,
          headDim: shape.hidden_size / shape.num_attention_heads,
        };

  const inputsOf = (tokens: readonly number[], keyLen: number): Feeds => {
    const integers = (values: readonly number[]) =>
      new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    if (shape.model_type === 'llama')
      return {
        ids: integers(tokens),
        last: new ort.Tensor('int32', Int32Array.of(keyLen - 1), [1]),
        total: new ort.Tensor('int32', Int32Array.of(keyLen), []),
      };
    const mask = Float32Array.from({ length: tokens.length * keyLen }, (_, i) =>
      i % keyLen <= length + Math.floor(i / keyLen) ? 0 : -1e9,
    );
    return {
      ids: integers(tokens),
      positions: integers(tokens.map((_, i) => length + i)),
      mask: new ort.Tensor('float32', mask, [1, 1, tokens.length, keyLen]),
    };
  };

  const feedChunk = async (tokens: readonly number[]) => {
    const keyLen = length + tokens.length;
    const results = await session!.run({ ...past, ...inputsOf(tokens, keyLen) });
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
      const isWeb = runtime === 'onnxruntime-web';
      ort = isWeb ? await import('onnxruntime-web') : await importPeer<typeof Ort>(runtime);
      shape = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Shape;
      const { graph, weights } = onnxFiles(form);
      const options = { graphOptimizationLevel: 'all', intraOpNumThreads: threads, logSeverityLevel: 3 } as const;
      if (isWeb) {
        ort.env.wasm.numThreads = threads;
        session = await ort.InferenceSession.create(new Uint8Array(await readFile(join(folder, graph))), {
          ...options,
          executionProviders: ['wasm'],
          externalData: [{ path: weights, data: await readFile(join(folder, weights)) }],
        });
      } else {
        session = await ort.InferenceSession.create(join(folder, graph), { ...options, executionProviders: ['cpu'] });
      }
    },
    reset: () => {
      const { depth, heads, headDim } = cacheOf();
      const empty = () => new ort.Tensor('float32', new Float32Array(), [1, heads, 0, headDim]);
      length = 0;
      past = {};
      for (let i = 0; i < depth; i++) Object.assign(past, { [`key.${i}`]: empty(), [`value.${i}`]: empty() });
    },
    feed: async tokens => {
      let logits: Float32Array = await feedChunk(tokens.slice(0, chunkLength));
      for (let from = chunkLength; from < tokens.length; from += chunkLength)
        logits = await feedChunk(tokens.slice(from, from + chunkLength));
      return logits;
    },
  });
}
