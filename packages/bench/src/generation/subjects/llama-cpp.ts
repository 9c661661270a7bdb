import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importPeer } from '../../peers/peers.js';
import { ggufFile } from '../gguf-file.js';
import type { Shape } from '../shape.js';
import type { Form } from '../subject-runner.js';
import type { Subject } from './subject.js';

/** What we use of node-llama-cpp. */
interface NodeLlamaCpp {
  getLlama(options: { gpu: false; build: 'never'; maxThreads: number; logLevel: string }): Promise<{
    loadModel(options: { modelPath: string; useMmap: boolean }): Promise<{
      createContext(options: { contextSize: number; threads: number; batchSize: number }): Promise<{
        getSequence(): {
          clearHistory(): Promise<void>;
          evaluate(tokens: readonly number[], options: { temperature: number }): AsyncGenerator<number, void>;
        };
      }>;
    }>;
  }>;
}

/** llama.cpp through node-llama-cpp, on the processor. Its cache of keys and values is float16. */
export function llamaCpp(form: Form): Subject {
  let sequence: Awaited<ReturnType<typeof open>>;
  let tokens: AsyncGenerator<number, void> | undefined;
  const open = async (folder: string) => {
    const shape = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Shape;
    const contextSize = shape.model_type === 'gpt2' ? shape.n_positions : shape.max_position_embeddings;
    const { getLlama } = await importPeer<NodeLlamaCpp>('node-llama-cpp');
    const llama = await getLlama({ gpu: false, build: 'never', maxThreads: 1, logLevel: 'error' });
    const model = await llama.loadModel({ modelPath: join(folder, ggufFile(form)), useMmap: true });
    return (await model.createContext({ contextSize, threads: 1, batchSize: 512 })).getSequence();
  };
  const next = async () => {
    const { value, done } = await tokens!.next();
    if (done) throw new Error('llama.cpp: the text ended early');
    return value as number;
  };
  return {
    load: async folder => {
      sequence = await open(folder);
    },
    prefill: async prompt => {
      await tokens?.return();
      await sequence.clearHistory();
      tokens = sequence.evaluate(prompt, { temperature: 0 });
      return next();
    },
    step: next,
    sample: async () => {
      throw new Error('llama.cpp: texts with our sampler are not measured');
    },
  };
}
