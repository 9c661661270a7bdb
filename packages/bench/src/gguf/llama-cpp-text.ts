import { importPeer } from '../peers/peers.js';

/** What we use of node-llama-cpp. */
interface NodeLlamaCpp {
  getLlama(options: { gpu: false; build: 'never'; maxThreads: number; logLevel: string }): Promise<{
    loadModel(options: { modelPath: string }): Promise<{
      tokenize(text: string, specialTokens: boolean): readonly number[];
      createContext(options: { contextSize: number; threads: number }): Promise<{
        getSequence(): {
          evaluate(
            tokens: readonly number[],
            options: { temperature: number; yieldEogToken: boolean },
          ): AsyncGenerator<number, void>;
        };
        dispose(): Promise<void>;
      }>;
      dispose(): Promise<void>;
    }>;
  }>;
}

/** The running llama.cpp, one for all files. */
let running: ReturnType<NodeLlamaCpp['getLlama']> | undefined;

async function start(): ReturnType<NodeLlamaCpp['getLlama']> {
  const { getLlama } = await importPeer<NodeLlamaCpp>('node-llama-cpp');
  return getLlama({ gpu: false, build: 'never', maxThreads: 1, logLevel: 'error' });
}

/** What llama.cpp makes of a file: the ids of a prompt without bos, and the greedy tokens after some ids. */
export async function llamaCppText(path: string, prompt: string, ids: readonly number[], count: number) {
  running ??= start();
  const model = await (await running).loadModel({ modelPath: path });
  const context = await model.createContext({ contextSize: 256, threads: 1 });
  const tokens: number[] = [];
  for await (const token of context.getSequence().evaluate(ids, { temperature: 0, yieldEogToken: true }))
    if (tokens.push(token) >= count) break;
  const promptIds = [...model.tokenize(prompt, false)];
  await context.dispose();
  await model.dispose();
  return { promptIds, tokens };
}
