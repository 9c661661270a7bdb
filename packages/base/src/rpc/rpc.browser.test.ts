import { afterEach, expect, test } from 'vitest';
import type { ResidualError } from '../index.js';
import { log, serveEcho } from '../testing/echo.js';
import { connect } from './index.js';

const connectEcho = (port: Worker | MessagePort) => connect(port, { service: 'echo', name: 'connectEcho' });
const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('it was answered')),
    (error: ResidualError) => error,
  );
const workers: Worker[] = [];
const start = () => {
  const worker = new Worker(new URL('../testing/echo-worker.ts', import.meta.url), { type: 'module' });
  workers.push(worker);
  return worker;
};
afterEach(() => {
  for (const worker of workers.splice(0)) worker.terminate();
});

test('a worker is served through self, though it waits for something before it serves', async () => {
  const rpc = connectEcho(start());
  expect(await rpc.call('echo', ['there'])).toBe('there');
  const steps: number[] = [];
  for await (const step of rpc.stream('count', [3])) steps.push(step as number);
  expect(steps).toEqual([0, 1, 2]);
  rpc.close();
  expect((await reasonOf(rpc.call('echo', [1]))).message).toBe('connectEcho: the connection was closed');
});

test('terminating a worker settles all pending calls, though no event reports it', async () => {
  const worker = start();
  const [rpc, other] = [connectEcho(worker), connectEcho(worker)];
  await Promise.all([rpc.call('echo', [1]), other.call('echo', [1])]);
  const waiting = [rpc.call('wait', []), rpc.stream('wait', []).next(), other.call('wait', [])].map(reasonOf);
  worker.terminate();
  for (const error of await Promise.all(waiting))
    expect(error).toMatchObject({ code: 'closed', message: 'connectEcho: the worker ended' });
  expect((await reasonOf(rpc.call('echo', [1]))).message).toBe('connectEcho: the worker ended');
});

test('a worker whose file is missing says so', async () => {
  const worker = new Worker('/nothing-of-this-name.js', { type: 'module' });
  workers.push(worker);
  expect(await reasonOf(connectEcho(worker).call('echo', [1]))).toMatchObject({
    code: 'worker',
    message: expect.stringContaining('connectEcho: the worker did not start'),
  });
});

test('closing a port on either side settles all pending calls, and ends them on the other side', async () => {
  for (const side of ['port1', 'port2'] as const) {
    const channel = new MessageChannel();
    log.length = 0;
    serveEcho(channel.port1);
    const rpc = connectEcho(channel.port2);
    expect(await rpc.call('echo', [1])).toBe(1);
    const waiting = reasonOf(rpc.call('wait', []));
    await rpc.call('echo', [1]);
    channel[side].close();
    expect((await waiting).message).toMatch(/^connectEcho: the (port was closed|other side closed the connection)$/);
    while (log.length < 2) await new Promise(resolve => setTimeout(resolve));
    expect(log).toEqual(['0 closing', '0 closed']);
  }
});
