import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beamSearch } from '@residual/sampling/beams';
import * as ort from 'onnxruntime-web';
import { externalTensors } from '../generation/onnx/external-tensors.js';
import { argmax } from '../generation/subjects/subject.js';
import { type MarianShape, marianGraphs } from './marian-graphs.js';
import type { Sentence, Translator } from './translator.js';

type Tensors = Record<string, ort.Tensor>;
type Ids = readonly number[];

interface Config extends MarianShape {
  readonly decoder_start_token_id: number;
  readonly eos_token_id: number;
}

/**
 * onnxruntime-web on WebAssembly, in float32: encoder and decoder as two sessions, as in
 * transformers.js. It maps tokens to tokens, with the sentences sorted by length. It uses our `beamSearch` and reorders
 * its cache row by row.
 */
export function onnxruntime(threads: number): Translator {
  let config: Config | undefined;
  let encoder: ort.InferenceSession | undefined;
  let decoder: ort.InferenceSession | undefined;

  const integers = (values: Ids, dims: Ids) => new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);

  /**
   * Encodes sources, each repeated `times` times. Returns `feed`, which maps one token per sequence to logits
   * [sequences · vocab], and `reorder` of the cache.
   */
  const startDecoding = async (sources: readonly Ids[], times: number) => {
    const keyLen = Math.max(...sources.map(ids => ids.length));
    const padded = sources.flatMap(ids => Array.from({ length: keyLen }, (_, i) => ids[i] ?? 0));
    const maskValues = Float32Array.from(
      sources.flatMap(ids => Array.from({ length: keyLen }, (_, i) => (i < ids.length ? 0 : -1e9))),
    );
    const mask = new ort.Tensor('float32', maskValues, [sources.length, 1, 1, keyLen]);
    const read = await encoder!.run({ ids: integers(padded, [sources.length, keyLen]), mask });
    const order = Array.from({ length: sources.length * times }, (_, row) => Math.floor(row / times));
    const fixed: Tensors = { mask: gatherRows(mask, order) };
    for (const [name, value] of Object.entries(read)) fixed[name] = gatherRows(value, order);
    const { decoder_layers, encoder_attention_heads: heads, d_model } = config!;
    let past: Tensors = {};
    for (let i = 0; i < decoder_layers; i++)
      for (const kind of ['key', 'value'])
        past[`${kind}.${i}`] = new ort.Tensor('float32', new Float32Array(), [order.length, heads, 0, d_model / heads]);
    let position = 0;
    return {
      feed: async (tokens: Ids): Promise<Float32Array> => {
        const ids = integers(tokens, [tokens.length, 1]);
        const results = await decoder!.run({ ...fixed, ...past, ids, position: integers([position++], [1]) });
        past = {};
        for (const [name, value] of Object.entries(results))
          if (name.startsWith('next.')) past[name.slice('next.'.length)] = value;
        return results.logits!.data as Float32Array;
      },
      reorder: (parents: ArrayLike<number>) => {
        const rows = Array.from(parents);
        if (rows.every((parent, row) => parent === row)) return;
        for (const name of Object.keys(past)) past[name] = gatherRows(past[name]!, rows);
      },
    };
  };

  const greedy = async (sources: readonly Ids[]): Promise<number[][]> => {
    const { decoder_start_token_id: start, eos_token_id: end, vocab_size: vocab, max_position_embeddings } = config!;
    const { feed } = await startDecoding(sources, 1);
    const texts = sources.map(() => [start]);
    const open = new Set(texts);
    for (let step = 1; step < max_position_embeddings && open.size > 0; step++) {
      const logits = await feed(texts.map(text => text.at(-1)!));
      for (const [row, text] of texts.entries()) {
        const token = argmax(logits.subarray(row * vocab, (row + 1) * vocab));
        if (open.has(text)) text.push(token);
        if (token === end) open.delete(text);
      }
    }
    return texts.map(text => text.slice(1, text.at(-1) === end ? -1 : undefined));
  };

  const beamSearchTexts = async (sources: readonly Ids[], numBeams: number): Promise<number[][]> => {
    const { decoder_start_token_id: start, eos_token_id: eosTokenId, max_position_embeddings } = config!;
    const { feed, reorder } = await startDecoding(sources, numBeams);
    const maxNewTokens = max_position_embeddings - 1;
    const search = beamSearch(
      { numBeams, eosTokenId, maxNewTokens, forcedEosTokenId: { tokens: eosTokenId, maxNewTokens } },
      sources.map(() => [start]),
    );
    let tokens: ArrayLike<number> = Array<number>(sources.length * numBeams).fill(start);
    while (!search.done) {
      const step = search.step(await feed(Array.from(tokens)));
      reorder(step.parents);
      tokens = step.tokens;
    }
    return search.results().map(([best]) => best!.newTokens.filter(token => token !== eosTokenId));
  };

  return {
    load: async folder => {
      ort.env.wasm.numThreads = threads;
      config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Config;
      const path = 'model.safetensors';
      const graphs = marianGraphs(config, await externalTensors(join(folder, path)), path);
      const session = async (graph: Uint8Array) =>
        ort.InferenceSession.create(graph, {
          executionProviders: ['wasm'],
          graphOptimizationLevel: 'all',
          logSeverityLevel: 3, // no warnings for the unused weights of the other graph
          externalData: [{ path, data: await readFile(join(folder, path)) }],
        });
      encoder = await session(graphs.encoder);
      decoder = await session(graphs.decoder);
    },
    translate: async (sentences, { batch, numBeams }) => {
      const sorted = [...sentences].sort((a, b) => b.tokens.length - a.tokens.length);
      const translations = new Map<Sentence, number[]>();
      for (let from = 0; from < sorted.length; from += batch) {
        const batchSentences = sorted.slice(from, from + batch);
        const sources = batchSentences.map(({ tokens }) => tokens);
        const texts = numBeams === 1 ? await greedy(sources) : await beamSearchTexts(sources, numBeams);
        for (const [i, sentence] of batchSentences.entries()) translations.set(sentence, texts[i]!);
      }
      return sentences.map(sentence => translations.get(sentence)!);
    },
  };
}

/** The rows of a tensor at these indices, [rows, ...] of any order and with repetitions. */
function gatherRows(x: ort.Tensor, rows: Ids): ort.Tensor {
  const size = x.dims.slice(1).reduce((a, b) => a * b, 1);
  const [data, values] = [x.data as Float32Array, new Float32Array(rows.length * size)];
  for (const [row, from] of rows.entries()) values.set(data.subarray(from * size, (from + 1) * size), row * size);
  return new ort.Tensor('float32', values, [rows.length, ...x.dims.slice(1)]);
}
