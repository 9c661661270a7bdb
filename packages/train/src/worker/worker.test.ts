import '@residual/backend-cpu';
import { init, layer, linear, type Scope, type Weights } from '@residual/layers';
import { dense, dispose, memoryUsage, relu, type Tensor, tensor, tidy, useBackend } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { beforeAll, expect, test } from 'vitest';
import { meanSquaredError, memoryStore, type TrainingEvent, train } from '../index.js';
import { connectTraining, serveTraining, type Trainer, type TrainingJob, transfer } from './index.js';

beforeAll(() => useBackend('cpu'));

const [up, down] = [linear({ in: 2, out: 5, std: 1 }), linear({ in: 5, out: 1, std: 1 })];
const net = layer({ up, down }, (w, x: Tensor, scope) => scope.tap('down', down(w.down, relu(up(w.up, x)))));
type Net = Weights<typeof net.needs>;
const loss = (w: Net, x: readonly number[], scope: Scope) =>
  meanSquaredError(net(w, tensor(x, [2, 2]), scope), tensor([1, 0], [2, 1]));
const say = (w: Net, x: readonly number[]) => tidy(() => net(w, tensor(x, [1, 2])));

interface Settings {
  readonly steps: number;
  readonly batches?: readonly (readonly number[])[];
}

const runOf = (weights: Net, { steps, batches = [[0, 1, 1, 0]] }: Settings, signal?: AbortSignal) =>
  train({ layer: net, weights, loss, batches, steps, learningRate: 0.05, ...(signal && { signal }) });

let store = memoryStore();
const given: Float32Array[] = [];
const jobs = {
  net: (settings: Settings, { signal }: { signal: AbortSignal }) => {
    const weights = init(net, { seed: 1 });
    return {
      training: runOf(weights, settings, signal),
      requests: {
        say: async (x: readonly number[]) => {
          const said = say(weights, x);
          const [value] = await said.data();
          said.dispose();
          return value!;
        },
        up: async () => {
          const data = Float32Array.from(await dense(weights.up.weight).data());
          given.push(data);
          return transfer(data, [data.buffer]);
        },
        wait: (_: undefined, { signal }: { signal: AbortSignal }) =>
          new Promise<void>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
        function: () => () => 1,
      },
      dispose: () => dispose(weights),
    };
  },
  kept: async ({ steps }: Settings, { signal }: { signal: AbortSignal }): Promise<TrainingJob> => {
    const weights = init(net, { seed: 1 });
    const checkpoint = { every: 100, store };
    const training = train({
      layer: net,
      weights,
      loss,
      batches: [[0, 1, 1, 0]],
      steps,
      learningRate: 0.05,
      checkpoint,
      signal,
    });
    return { training, dispose: () => dispose(weights) };
  },
  deaf: ({ steps }: Settings): TrainingJob<{ twice: (x: number) => number }> => {
    const weights = init(net, { seed: 1 });
    return { training: runOf(weights, { steps }), requests: { twice: x => 2 * x }, dispose: () => dispose(weights) };
  },
  broken: async (): Promise<TrainingJob> => {
    await Promise.resolve();
    throw new RangeError('no data');
  },
};

/** Runs `body` with a trainer that is connected to these jobs. */
const connected = (body: (trainer: Trainer<typeof jobs>, port: MessagePort) => Promise<void>) =>
  expectNoLeak(async () => {
    const { port1, port2 } = new MessageChannel();
    serveTraining(port1, jobs);
    const trainer = connectTraining<typeof jobs>(port2);
    try {
      await body(trainer, port2);
    } finally {
      trainer.close();
      port1.close();
    }
  });

/** An event without times and memory. */
const steady = (event: TrainingEvent) => {
  const { tokensPerSecond: _, memoryUsage, ...rest } = event as TrainingEvent & Record<string, unknown>;
  return { ...rest, hasMemory: memoryUsage !== undefined };
};
const eventsOf = async (run: AsyncIterable<TrainingEvent>) => {
  const events: TrainingEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
};
const thrown = (run: AsyncIterable<TrainingEvent>): Promise<Error & Record<string, unknown>> =>
  eventsOf(run).then(
    () => Promise.reject(new Error('nothing was thrown')),
    error => error,
  );
const someTurns = () => new Promise(resolve => setTimeout(resolve, 20));

test('a run in a worker has the same events as a local run, and answers after its end', () =>
  connected(async trainer => {
    const there = trainer.start('net', { steps: 6 });
    const weights = init(net, { seed: 1 });
    const own = await eventsOf(runOf(weights, { steps: 6 }));
    expect((await eventsOf(there)).map(steady)).toEqual(own.map(steady));
    expect(there.learningRate).toBe(0.05);
    const said = say(weights, [1, 0]);
    expect(await there.ask('say', [1, 0])).toBe((await said.data())[0]);
    await there.dispose();
    await there.dispose();
    await expect(there.ask('up')).rejects.toThrow('serveTraining: there is no run 0; it was disposed');
    dispose([weights, said]);
  }));

test('settings, requests and answers have the types of their job', () =>
  connected(async trainer => {
    const run = trainer.start('deaf', { steps: 1 });
    const four: number = await run.ask('twice', 2);
    expect(four).toBe(4);
    // @ts-expect-error: there is no such request
    await expect(run.ask('thrice', 2)).rejects.toThrow('ask: this job answers twice, not thrice');
    // @ts-expect-error: it wants a number
    expect(await run.ask('twice', '2')).toBe(4);
    // @ts-expect-error: it wants settings
    const none = trainer.start('deaf');
    await expect(none.ask('twice', 2)).rejects.toThrow('steps');
    await Promise.all([run, none].map(each => each.dispose()));
  }));

test('answers are transferred on request', () =>
  connected(async trainer => {
    const run = trainer.start('net', { steps: 1 });
    expect((await run.ask('up')).length).toBe(10);
    expect(given.at(-1)!.length).toBe(0);
    await run.dispose();
  }));

test('a paused run waits, answers, takes new settings, and continues', () =>
  connected(async trainer => {
    const run = trainer.start('net', { steps: 5 });
    const seen: TrainingEvent[] = [];
    const end = (async () => {
      for await (const event of run) {
        seen.push(event);
        if (event.step === 2) run.pause();
      }
    })();
    while (!run.isPaused) await someTurns();
    await someTurns();
    expect(seen).toHaveLength(2);
    const before = [...(await run.ask('up'))];
    expect([...(await run.ask('up'))]).toEqual(before);
    run.learningRate = 0.5;
    run.frozen = ['up.*'];
    run.resume();
    await end;
    expect(seen.map(event => event.type === 'step' && event.learningRate)).toEqual([0.05, 0.05, 0.5, 0.5, 0.5]);
    expect([run.learningRate, run.frozen]).toEqual([0.5, ['up.*']]);
    expect([...(await run.ask('up'))]).toEqual(before);
    await run.dispose();
  }));

test('an abort ends the run after a complete step and writes a checkpoint, from which a new run resumes', () =>
  connected(async trainer => {
    store = memoryStore();
    const abort = new AbortController();
    const run = trainer.start('kept', { steps: 6 }, { signal: abort.signal });
    const reason = new Error('enough');
    const events: TrainingEvent[] = [];
    const end = (async () => {
      for await (const event of run) {
        events.push(event);
        if (event.step === 3) abort.abort(reason);
      }
    })();
    await expect(end).rejects.toBe(reason);
    expect((await store.latest())!.step).toBe(3);
    const second = trainer.start('kept', { steps: 6 });
    const rest = await eventsOf(second);
    expect(rest.map(({ type, step }) => `${type} ${step}`)).toEqual([
      'resume 3',
      ...['step 4', 'step 5', 'step 6', 'checkpoint 6'],
    ]);
    const third = trainer.start('net', { steps: 6 });
    expect([...events, ...rest.slice(1, 4)].map(steady)).toEqual((await eventsOf(third)).map(steady));
    await Promise.all([run, second, third].map(each => each.dispose()));
  }));

test('a paused run can be aborted, and so can a run that ignores its signal', () =>
  connected(async trainer => {
    for (const name of ['net', 'deaf'] as const) {
      const abort = new AbortController();
      const run = trainer.start(name, { steps: 1000 }, { signal: abort.signal });
      run.pause();
      const end = thrown(run);
      await someTurns();
      abort.abort();
      expect((await end).name).toBe('AbortError');
      await run.dispose();
    }
  }));

test('a checkpoint crosses the port as bytes, and a store accepts it', () =>
  connected(async trainer => {
    const run = trainer.start('net', { steps: 4 });
    for await (const event of run)
      if (event.step === 2) {
        const { step, files } = await run.checkpoint();
        expect(step).toBe(2);
        const store = memoryStore();
        await store.write(step, files);
        const weights = init(net, { seed: 9 });
        const checkpoint = { every: 10, store };
        const rest = train({
          layer: net,
          weights,
          loss,
          batches: [[0, 1, 1, 0]],
          steps: 4,
          learningRate: 0.05,
          checkpoint,
        });
        expect((await eventsOf(rest)).map(({ step }) => step)).toEqual([2, 3, 4, 4]);
        dispose(weights);
      }
    await expect(run.checkpoint()).rejects.toThrow('train: the run has ended after step 4; take a checkpoint before');
    await run.dispose();
  }));

test('errors cross the port with message, code and details', () =>
  connected(async trainer => {
    const wrong = trainer.start('net', {
      steps: 3,
      batches: [
        [0, 1, 1, 0],
        [Number.NaN, 0, 0, 0],
      ],
    });
    const error = await thrown(wrong);
    const weights = init(net, { seed: 1 });
    const own = await thrown(
      runOf(weights, {
        steps: 3,
        batches: [
          [0, 1, 1, 0],
          [Number.NaN, 0, 0, 0],
        ],
      }),
    );
    expect([error.name, error.message, error.code, error.details]).toEqual([
      own.name,
      own.message,
      own.code,
      own.details,
    ]);
    expect(error.details).toEqual({ step: 2, path: 'input', batch: 1 });
    expect((error.cause as Error).stack).toContain('step.ts');
    const broken = trainer.start('broken');
    const setUp = await thrown(broken);
    expect([setUp.name, setUp.message]).toEqual(['RangeError', 'no data']);
    await expect(wrong.ask('function')).rejects.toThrow('could not be cloned');
    await expect(wrong.ask('nothing' as 'up')).rejects.toThrow(
      'ask: this job answers say, up, wait, function, not nothing',
    );
    const none = trainer.start('toString' as 'net', { steps: 1 });
    expect((await thrown(none)).message).toBe('start: this worker serves net, kept, deaf, broken, not toString');
    await Promise.all([wrong, broken, none].map(run => run.dispose()));
    dispose(weights);
  }));

test('a request can be aborted, and the run continues', () =>
  connected(async trainer => {
    const run = trainer.start('net', { steps: 2 });
    const abort = new AbortController();
    const answer = run.ask('wait', undefined, { signal: abort.signal });
    abort.abort(new Error('not needed'));
    await expect(answer).rejects.toThrow('not needed');
    expect(await eventsOf(run)).toHaveLength(2);
    await run.dispose();
  }));

test('leaving the loop ends the run, and a second iteration is an error', () =>
  connected(async trainer => {
    const run = trainer.start('net', { steps: 1000 });
    for await (const event of run) if (event.step === 2) break;
    await expect(run.checkpoint()).rejects.toThrow('the run has ended after step 2');
    expect((await thrown(run)).message).toBe('start: this run was iterated before; start another');
    await run.dispose();
  }));

test('disposing a running run ends it and frees its memory', () =>
  connected(async trainer => {
    const before = memoryUsage();
    const run = trainer.start('net', { steps: 1_000_000 });
    const end = thrown(run);
    await someTurns();
    await run.dispose();
    expect((await end).message).toBe('start: this run was disposed');
    expect(memoryUsage()).toEqual(before);
  }));

test('other messages may use the port, and closing the connection ends and frees all runs', () =>
  connected(async (trainer, port) => {
    port.postMessage({ call: 0, method: 'load' });
    port.postMessage(null);
    const run = trainer.start('net', { steps: 2 });
    const waiting = run.ask('wait');
    await someTurns();
    trainer.close();
    await expect(waiting).rejects.toThrow('connectTraining: the connection was closed');
    await expect(run.dispose()).rejects.toThrow('connectTraining: the connection was closed');
    await someTurns(); // the run on the other side is disposed
  }));

test.each([
  [new Event('error'), 'connectTraining: the worker did not start: is its address right?'],
  [
    Object.assign(new Event('error'), { message: 'no such thing' }),
    'connectTraining: the worker did not start: no such thing',
  ],
])('a worker that does not start rejects pending calls', async (event, message) => {
  const port = Object.assign(new EventTarget(), { postMessage: () => {} });
  const run = connectTraining(port as unknown as MessagePort).start('net');
  const end = thrown(run);
  port.dispatchEvent(event);
  expect(await end).toMatchObject({ message, code: 'worker' });
});
