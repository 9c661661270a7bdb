import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { importPeer, peerUrl } from '../../peers/peers.js';
import { type OnnxForm, onnxFiles } from '../onnx/onnx-file.js';
import type { Subject } from './subject.js';

/** What we use of transformers.js. */
interface TransformersJs {
  readonly env: {
    fetch: (url: string | URL) => Promise<Response>;
    allowLocalModels: boolean;
    useBrowserCache: boolean;
    useWasmCache: boolean;
    backends: { onnx: { wasm?: { numThreads?: number; proxy?: boolean; wasmPaths?: string } } };
  };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => object;
  readonly BaseStreamer: new () => { put(tokens: bigint[][]): void; end(): void };
  readonly InterruptableStoppingCriteria: new () => { interrupt(): void };
  readonly AutoModelForCausalLM: {
    from_pretrained(name: string, options: object): Promise<{ generate(options: object): Promise<unknown> }>;
  };
}

const dtypes = { f32: 'fp32', int8: 'q8', int4: 'q4' } as const;

/** transformers.js with its own `generate`, on onnxruntime-web as in a page, one thread. */
export function transformersJs(form: OnnxForm): Subject {
  let library: TransformersJs;
  let model: Awaited<ReturnType<TransformersJs['AutoModelForCausalLM']['from_pretrained']>>;
  let tokens: AsyncGenerator<number, void> | undefined;
  const next = async () => {
    const { value, done } = await tokens!.next();
    if (done) throw new Error('transformers.js: the text ended early');
    return value;
  };
  return {
    load: async folder => {
      // Otherwise its bundle for pages would look for the native runtime.
      Object.defineProperty(process, 'release', { value: { ...process.release, name: 'page' } });
      library = await importPeer<TransformersJs>('./node_modules/@huggingface/transformers/dist/transformers.web.js');
      Object.assign(library.env, { allowLocalModels: false, useBrowserCache: false, useWasmCache: false });
      const wasmPaths = peerUrl('node_modules/onnxruntime-web/dist/');
      Object.assign(library.env.backends.onnx.wasm!, { numThreads: 1, proxy: false, wasmPaths });
      library.env.fetch = async url => answer(folder, String(url), form);
      model = await library.AutoModelForCausalLM.from_pretrained('bench', {
        dtype: dtypes[form],
        device: 'wasm',
        use_external_data_format: true,
      });
    },
    prefill: async prompt => {
      await tokens?.return();
      tokens = textOf(library, model, prompt);
      return next();
    },
    step: next,
    sample: async () => {
      throw new Error('transformers.js: texts with our sampler are not measured');
    },
  };
}

/** The tokens of one call of `generate`, as its streamer gets them. */
async function* textOf(
  { BaseStreamer, InterruptableStoppingCriteria, Tensor }: TransformersJs,
  model: { generate(options: object): Promise<unknown> },
  prompt: readonly number[],
): AsyncGenerator<number, void> {
  const ready: number[] = [];
  let wake = () => {};
  let isPrompt = true;
  const streamer = Object.assign(new BaseStreamer(), {
    put: ([ids]: bigint[][]) => {
      if (!isPrompt) ready.push(Number(ids![0]));
      isPrompt = false;
      wake();
    },
    end: () => {},
  });
  const stop = new InterruptableStoppingCriteria();
  const whole = (values: readonly number[]) =>
    new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
  const running = model.generate({
    inputs: whole(prompt),
    attention_mask: whole(prompt.map(() => 1)),
    max_new_tokens: 1024,
    do_sample: false,
    streamer,
    stopping_criteria: stop,
  });
  try {
    for (;;) {
      if (ready.length === 0)
        await new Promise<void>((resolve, reject) => {
          wake = resolve;
          running.catch(reject);
        });
      const token = ready.shift();
      if (token !== undefined) yield token;
    }
  } finally {
    stop.interrupt();
    await running;
  }
}

/** The files of the checkpoint as the Hub would send them. */
async function answer(folder: string, url: string, form: OnnxForm): Promise<Response> {
  const { published, publishedWeights, weights } = onnxFiles(form);
  const name = basename(new URL(url).pathname);
  const file = name === publishedWeights ? weights : name === basename(published) ? published : name;
  if (url.startsWith('file:')) return new Response(await readFile(new URL(url)));
  try {
    const bytes = await readFile(join(folder, file));
    return new Response(bytes, { headers: { 'content-length': String(bytes.length) } });
  } catch {
    return new Response('', { status: 404, statusText: `no ${dirname(url)}` });
  }
}
