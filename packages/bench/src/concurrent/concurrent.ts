import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { loadModel, type Model } from '@residual/model';
import { connectModels } from '@residual/model/worker';
import { memoryUsage } from '@residual/tensor';
import { processorTime } from '@residual/testkit/processor-time';
import { type Line, lineOf } from '../comparison/line.js';
import { checkpointOf } from '../generation/checkpoint.js';
import type { ShapeName } from '../generation/shape.js';

/** The weights that are measured. */
const parts = [
  { shape: 'gpt2-124m', weights: 'f32', goal: 1 / 3 },
  { shape: 'gpt2-124m', weights: 'int8', goal: undefined },
  { shape: 'stories', weights: 'f32', goal: undefined },
] as const;

const [atOnce, promptLength, newTokens, rounds] = [8, 32, 24, 3];
/** The longest that the event loop of a main thread may be held, in milliseconds. */
const longestHold = 20;

/**
 * Generations at once beside one at a time on wasm: the time of a token, the bytes of their caches, and how long the
 * event loop of the main thread is held while the model runs in a thread of its own.
 */
export async function* concurrentOnWasm(shape?: string): AsyncGenerator<Line[]> {
  await import('@residual/backend-wasm');
  for (const part of parts.filter(each => shape === undefined || each.shape === shape)) {
    const model = await loadModel(await checkpointOf(part.shape), { weights: part.weights });
    try {
      yield await measure(model, `${part.shape} ${part.weights}`, part.goal);
    } finally {
      model.dispose();
    }
  }
  for (const name of ['stories', 'gpt2-124m'] as const)
    if (shape === undefined || shape === name) yield [await heldLine(name)];
}

async function measure(model: Model, what: string, goal: number | undefined): Promise<Line[]> {
  const [one, all] = [
    { times: [] as number[], bytes: [] as number[] },
    { times: [] as number[], bytes: [] as number[] },
  ];
  for (let round = 0; round < rounds; round++)
    for (const [count, { times, bytes }] of [[1, one] as const, [atOnce, all] as const]) {
      const run = await stepsOf(model, count);
      times.push(run.time);
      bytes.push(run.bytes / 2 ** 20);
    }
  const peer = 'one at a time';
  return [
    lineOf({ what: `${what}: ${atOnce} at once, ms a token`, ours: all.times, peer, peers: one.times, goal }),
    lineOf({ what: `${what}: caches of ${atOnce} at once, MB`, ours: all.bytes, peer, peers: one.bytes }),
  ];
}

/** Processor time in milliseconds of a token after the first ones, and the bytes of caches, of generations at once. */
async function stepsOf(model: Model, count: number): Promise<{ readonly time: number; readonly bytes: number }> {
  const before = memoryUsage().bytes;
  const options = { temperature: 0, eosTokenId: [], maxNewTokens: newTokens };
  const runs = Array.from({ length: count }, (_, i) => model.generate(promptOf(i), options)[Symbol.asyncIterator]());
  const steps = async (run: (typeof runs)[number], most: number) => {
    for (let i = 0; i < most; i++) await run.next();
  };
  await Promise.all(runs.map(run => steps(run, 4)));
  const bytes = memoryUsage().bytes - before;
  const time = await processorTime(() => Promise.all(runs.map(run => steps(run, newTokens - 4))));
  await Promise.all(runs.map(run => run.return(undefined as never)));
  return { time: time / (count * (newTokens - 4)), bytes };
}

const promptOf = (i: number) => Array.from({ length: promptLength }, (_, j) => 1 + ((i * 97 + j * 31) % 200));

/** How long the event loop of this thread is held at most while a worker serves generations, beside our limit. */
async function heldLine(shape: ShapeName): Promise<Line> {
  const worker = new Worker(new URL('./concurrent-worker.js', import.meta.url));
  const models = connectModels(worker);
  const holds: number[] = [];
  try {
    const model = await models.load(await checkpointOf(shape));
    for (let round = 0; round < rounds; round++) {
      const delays = monitorEventLoopDelay({ resolution: 1 });
      delays.enable();
      const options = { temperature: 0, eosTokenId: [], maxNewTokens: newTokens };
      await Promise.all(Array.from({ length: atOnce }, (_, i) => model.generate(promptOf(i), options).result()));
      delays.disable();
      holds.push(delays.max / 1e6);
    }
  } finally {
    models.close();
    await worker.terminate();
  }
  const what = `${shape}: ${atOnce} at once in a worker, longest hold of the main thread, ms`;
  return lineOf({ what, ours: holds, peer: 'our limit', peers: [longestHold], goal: 1 });
}
