import '@residual/backend-cpu';
import { init, linear } from '@residual/layers';
import { dense, dispose, ResidualError, tensor, useBackend } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { turnsOf } from '@residual/testkit/turns-of';
import { beforeAll, expect, test } from 'vitest';
import {
  meanSquaredError,
  memoryStore,
  type Training,
  type TrainingEvent,
  type TrainOptions,
  train,
} from '../index.js';

beforeAll(() => useBackend('cpu'));

const line = linear({ in: 1, out: 1 });
type Options = Partial<TrainOptions<typeof line.needs, number>>;

/** Runs `body` with a run that fits y = 2x + 1. */
const running = async (options: Options, body: (run: Training, slope: () => Promise<number>) => Promise<void>) => {
  const weights = init(line, { seed: 1 });
  const [x, y] = [tensor([0, 1, 2], [3, 1]), tensor([1, 3, 5], [3, 1])];
  const run = train({
    layer: line,
    weights,
    loss: (w: typeof weights) => meanSquaredError(line(w, x), y),
    batches: [0],
    steps: 6,
    learningRate: 0.1,
    ...options,
  });
  await body(run, async () => (await dense(weights.weight).data())[0]!);
  dispose([weights, x, y]);
};
const eventsOf = async (run: Training, each: (event: TrainingEvent) => unknown = () => {}) => {
  const events: string[] = [];
  for await (const event of run) {
    events.push(`${event.type} ${event.step}`);
    await each(event);
  }
  return events;
};
const someTurns = () => new Promise(resolve => setTimeout(resolve, 10));

test('the event loop runs at each step of a run', () =>
  running({ steps: 300 }, async run => {
    expect(await turnsOf(() => eventsOf(run))).toBeGreaterThanOrEqual(300);
  }));

test('a paused run waits until it is resumed, any number of times', () =>
  expectNoLeak(() =>
    running({}, async run => {
      const seen: number[] = [];
      run.pause();
      const end = eventsOf(run, ({ step }) => {
        seen.push(step);
        if (step % 2 === 0) run.pause();
      });
      for (const done of [0, 2, 4, 6]) {
        while (seen.length < done) await someTurns();
        await someTurns();
        expect(seen).toHaveLength(done);
        expect(run.isPaused).toBe(true);
        run.resume();
      }
      expect(await end).toHaveLength(6);
    }),
  ));

test('an abort ends a paused run', () =>
  expectNoLeak(() => {
    const abort = new AbortController();
    return running({ signal: abort.signal }, async run => {
      run.pause();
      const end = eventsOf(run);
      await someTurns();
      abort.abort(new Error('enough'));
      await expect(end).rejects.toThrow('enough');
    });
  }));

test('an abort in the middle of a step rejects with its reason', async () => {
  const abort = new AbortController();
  const reason = new ResidualError('mine', 'enough');
  const batches = (position: number) => {
    if (position === 2) abort.abort(reason);
    return position;
  };
  await running({ signal: abort.signal, batches }, async run => {
    const seen: number[] = [];
    await expect(eventsOf(run, ({ step }) => seen.push(step))).rejects.toBe(reason);
    expect(seen).toEqual([1, 2]);
  });
});

test('runExclusive sees constant weights, and the run waits for it', () =>
  expectNoLeak(() =>
    running({}, async (run, slope) => {
      const before = await run.runExclusive(slope);
      const done: string[] = [];
      let works: Promise<unknown>[] = [];
      const look = async () => {
        const seen = await slope();
        await someTurns();
        done.push('between');
        return [seen, await slope()];
      };
      await eventsOf(run, ({ step }) => {
        done.push(`step ${step}`);
        if (step === 2) works = [run.runExclusive(() => Promise.reject(new Error('mine'))), run.runExclusive(look)];
      }).finally(() => Promise.allSettled(works));
      expect(done).toEqual(['step 1', 'step 2', 'between', 'step 3', 'step 4', 'step 5', 'step 6']);
      await expect(works[0]).rejects.toThrow('mine');
      const [first, second] = (await works[1]) as number[];
      expect(second).toBe(first);
      expect(first).not.toBe(before);
      expect(await run.runExclusive(slope)).toBe(await slope());
    }),
  ));

test('a checkpoint can be taken at any step, and another run resumes from it', () =>
  expectNoLeak(() =>
    running({ emaDecay: 0.5 }, async run => {
      const store = memoryStore();
      const losses: number[] = [];
      await eventsOf(run, async event => {
        if (event.type === 'step') losses.push(event.loss);
        if (event.step !== 4) return;
        const { step, files } = await run.checkpoint();
        await store.write(step, files);
      });
      await expect(run.checkpoint()).rejects.toThrow('train: the run has ended after step 6; take a checkpoint before');
      await running({ emaDecay: 0.5, checkpoint: { every: 10, store } }, async rest => {
        const after: number[] = [];
        const events = await eventsOf(rest, event => event.type === 'step' && after.push(event.loss));
        expect(events).toEqual(['resume 4', 'step 5', 'step 6', 'checkpoint 6']);
        expect(after).toEqual(losses.slice(4));
      });
    }),
  ));

test('if the data ends early, the run evaluates and writes a checkpoint', () => {
  const store = memoryStore();
  const batches = { from: (position: number) => [1, 2, 3].slice(position) };
  const options = { batches, checkpoint: { every: 2, store }, evaluate: { every: 3, batches: () => [0] } };
  return running(options, async run => {
    const events = ['evaluation 0', 'step 1', 'step 2', 'checkpoint 2', 'step 3', 'evaluation 3', 'checkpoint 3'];
    expect(await eventsOf(run)).toEqual(events);
  });
});

test('the details of an error contain its step and path', () =>
  running({ learningRate: Number.NaN, evaluate: { every: 1, batches: () => [0] } }, async run => {
    const error = await eventsOf(run).catch(error => error);
    expect([error.code, error.details]).toEqual(['range', { step: 1 }]);
  }));

test('work with the average sees it, and the trained weights are there again afterwards', () =>
  expectNoLeak(() =>
    running({ emaDecay: 0.5, learningRate: 0.01 }, async (run, slope) => {
      const slopes: number[] = [await slope()];
      let average = slopes[0]!;
      await eventsOf(run, async ({ step }) => {
        slopes.push(await slope());
        average = step === 1 ? slopes[1]! : 0.5 * average + 0.5 * slopes.at(-1)!;
        expect(await run.withAverage(slope)).toBeCloseTo(average, 5);
        expect(await slope()).toBe(slopes.at(-1));
      });
      expect(await run.withAverage(slope)).toBeCloseTo(average, 5);
    }),
  ));
