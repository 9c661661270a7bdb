import { fileURLToPath } from 'node:url';
import { MessageChannel as NodeChannel, Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { afterEach, expect, test } from 'vitest';
import { type Port, ResidualError } from '../index.js';
import { log, serveEcho } from '../testing/echo.js';
import { connect, type RpcClient, transfer } from './index.js';

const connectEcho = (port: Port | null) => connect(port, { service: 'echo', name: 'connectEcho' });
const turns = async (count = 5) => {
  for (let i = 0; i < count; i++) await new Promise(resolve => setTimeout(resolve));
};
const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => Promise.reject(new Error('it was answered')),
    (error: ResidualError) => error,
  );

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const clean of cleanUp.splice(0).reverse()) await clean();
  await turns();
  log.length = 0;
});

/** A channel with the service on its other side. */
const channel = () => {
  const { port1, port2 } = new NodeChannel();
  const own = listeners(port1); // of Node itself
  const server = serveEcho(port1);
  cleanUp.push(() => port1.close());
  return { port1, port2, server, own };
};

const bundled = async (name: string) => {
  const path = fileURLToPath(new URL(`../testing/${name}.ts`, import.meta.url));
  const { outputFiles } = await build({
    entryPoints: [path],
    bundle: true,
    format: 'esm',
    platform: 'node',
    write: false,
  });
  return new URL(`data:text/javascript;base64,${Buffer.from(outputFiles[0]!.contents).toString('base64')}`);
};
const thread = async () => {
  const worker = new Worker(await bundled('echo-thread'));
  cleanUp.push(() => worker.terminate());
  return worker;
};

/** How many functions listen to a port of Node or of a page. */
const listeners = (port: object, counted: number[] = []) => {
  const { eventNames, listenerCount } = port as {
    eventNames(): string[];
    listenerCount(name: string): number;
  };
  for (const name of eventNames.call(port)) counted.push(listenerCount.call(port, name));
  return counted.reduce((sum, count) => sum + count, 0);
};

test('calls are answered, buffers are transferred, events and notifications arrive', async () => {
  const { port2 } = channel();
  const rpc = connectEcho(port2);
  expect(await rpc.call('echo', [{ a: [1, 2] }])).toEqual({ a: [1, 2] });
  expect(await rpc.call('bytes', [])).toEqual(new Uint8Array(1000));
  const mine = new Uint8Array(10);
  await rpc.call('echo', [mine], { transfer: [mine.buffer] });
  expect(mine.byteLength).toBe(0);
  rpc.notify('note', ['hello']);
  await rpc.call('echo', [1]);
  expect(log).toEqual(['0 hello']);
});

test('the steps of a stream are computed on request, and leaving it ends it', async () => {
  const { port2 } = channel();
  const rpc = connectEcho(port2);
  const steps = rpc.stream('count', [3]);
  expect(await steps.next()).toEqual({ done: false, value: 0 });
  await turns();
  expect(log).toEqual(['step 0']);
  expect([await steps.next(), await steps.next(), await steps.next()]).toEqual([
    { done: false, value: 1 },
    { done: false, value: 2 },
    { done: true, value: 'whole' },
  ]);
  log.length = 0;
  for await (const _ of rpc.stream('count', [1000])) break;
  await rpc.call('echo', [1]);
  expect(log).toEqual(['step 0', 'left']);
});

test('an abort ends a call and a stream with the reason given here', async () => {
  const { port2 } = channel();
  const rpc = connectEcho(port2);
  const [call, stream] = [new AbortController(), new AbortController()];
  const waiting = reasonOf(rpc.call('wait', [], { signal: call.signal }));
  const run = async () => {
    for await (const step of rpc.stream('count', [1000], { signal: stream.signal }))
      if (step === 2) stream.abort('stop');
  };
  expect(await reasonOf(run())).toBe('stop');
  const reason = new Error('enough');
  call.abort(reason);
  expect(await waiting).toBe(reason);
  expect(await reasonOf(rpc.call('echo', [1], { signal: call.signal }))).toBe(reason);
});

test('errors keep class, code, message and cause, even where their details cannot cross', async () => {
  const { port2 } = channel();
  const rpc = connectEcho(port2);
  const error = await reasonOf(rpc.call('throw', []));
  expect(error).toBeInstanceOf(ResidualError);
  expect(error).toMatchObject({ code: 'many', message: 'echo: 3 are more than 2' });
  const native = await reasonOf(rpc.call('outOfRange', []));
  expect(native).toBeInstanceOf(RangeError);
  expect(native.message).toBe('3 is out of range');
  const missing = await reasonOf(rpc.call('fly', []));
  expect(missing).toMatchObject({ code: 'name' });
  expect(missing.message).toMatch(/^serveEcho: there is no fly; there are echo, connection, /);
  const uncloneable = [
    () => rpc.call('function', []),
    () => rpc.call('echo', [() => 1]),
    () => rpc.stream('echo', [() => 1]).next(),
  ];
  for (const run of uncloneable) {
    expect(await reasonOf(run())).toMatchObject({ name: 'DataCloneError', message: '() => 1 could not be cloned.' });
  }
  expect(await rpc.call('echo', [2])).toBe(2);
});

test('a callback that throws ends its call on both sides with its error', async () => {
  const { port2 } = channel();
  const rpc = connectEcho(port2);
  const heard: number[] = [];
  const thrown = new Error('mine');
  const onEvent = (event: number) => {
    heard.push(event);
    if (event === 1) throw thrown;
  };
  expect(await reasonOf(rpc.call('events', [], { onEvent }))).toBe(thrown);
  expect(heard).toEqual([0, 1]);
  expect(await rpc.call('echo', [1])).toBe(1);
});

test('two connections on one port do not mix, and other messages are ignored', async () => {
  const { port1, port2 } = channel();
  const [one, two] = [connectEcho(port2), connectEcho(port2)];
  expect([await one.call('connection', []), await two.call('connection', [])].toSorted()).toEqual([0, 1]);
  const [a, b] = [one.stream('count', [3]), two.stream('count', [2])];
  const all = [
    await a.next(),
    await b.next(),
    await b.next(),
    await a.next(),
    await b.next(),
    await a.next(),
    await a.next(),
  ];
  expect(all.map(({ value }) => value)).toEqual([0, 0, 1, 1, 'whole', 2, 'whole']);
  const waiting = reasonOf(one.call('wait', []));
  two.close();
  for (const other of [null, 7, { call: 0, result: 1 }, { residual: 'echo' }, { residual: 'other', body: {} }]) {
    port1.postMessage(other);
    port2.postMessage(other);
  }
  expect(await one.call('echo', [5])).toBe(5);
  one.close();
  expect((await waiting).message).toBe('connectEcho: the connection was closed');
});

test('of two servers on one port one answers', async () => {
  const { port1, port2 } = channel();
  serveEcho(port1);
  const rpc = connectEcho(port2);
  for await (const _ of rpc.stream('count', [2]));
  expect(log).toEqual(['step 0', 'step 1', 'left']);
});

test('after close, pending and later calls reject, no listener is left, and the other side has ended', async () => {
  const { port1, port2, server, own } = channel();
  const rpc = connectEcho(port2);
  const signal = new AbortController();
  const before = listeners(port1);
  const stream = rpc.stream('count', [1000], { signal: signal.signal });
  await stream.next();
  await rpc.call('echo', [1], { signal: signal.signal });
  const waiting = [rpc.call('wait', [], { signal: signal.signal }), stream.next()].map(reasonOf);
  expect([listeners(port1), listeners(port2)]).toEqual([before, before]);
  rpc.close();
  rpc.close();
  const late = [rpc.call('echo', [1]), rpc.stream('count', [3]).next()].map(reasonOf);
  for (const error of await Promise.all([...waiting, ...late]))
    expect(error).toMatchObject({ code: 'closed', message: 'connectEcho: the connection was closed' });
  rpc.notify('note', ['hello']);
  await turns();
  expect(log).toEqual(expect.arrayContaining(['left', '0 closing', '0 closed']));
  expect(listeners(port2)).toBe(own);
  server.close();
  expect(listeners(port1)).toBe(own);
});

test('a closing server, and a port closed on either side, now or earlier, settle all pending calls', async () => {
  const closedBy = async (close: (sides: ReturnType<typeof channel>) => void) => {
    const sides = channel();
    const rpc = connectEcho(sides.port2);
    await rpc.call('echo', [1]);
    const waiting = [rpc.call('wait', []), rpc.stream('wait', []).next()].map(reasonOf);
    close(sides);
    const [one, two] = await Promise.all(waiting);
    expect(two).toBe(one);
    expect(await reasonOf(rpc.call('echo', [1]))).toBe(one);
    expect([listeners(sides.port2), one!.code]).toEqual([sides.own, 'closed']);
    return one!.message;
  };
  expect(await closedBy(({ server }) => server.close())).toBe('connectEcho: the other side closed the connection');
  expect(await closedBy(({ port1 }) => port1.close())).toBe('connectEcho: the port was closed');
  expect(await closedBy(({ port2 }) => port2.close())).toBe('connectEcho: the port was closed');
  const { port2 } = channel();
  port2.close();
  await turns();
  expect((await reasonOf(connectEcho(port2).call('echo', [1]))).message).toBe('connectEcho: the port was closed');
  expect(() => connectEcho(null)).toThrow('connectEcho: there is no port; parentPort is null outside a worker');
});

test('the server notices a closed port too', async () => {
  const { port1, port2, own } = channel();
  const rpc = connectEcho(port2);
  reasonOf(rpc.call('wait', []));
  await rpc.call('echo', [1]);
  port2.close();
  await turns();
  expect(log).toEqual(['0 closing', '0 closed']);
  expect(listeners(port1)).toBe(own);
});

test('a worker thread is served through parentPort, and its end settles all pending calls', async () => {
  const endedBy = async (end: (rpc: RpcClient, worker: Worker) => unknown) => {
    const worker = await thread();
    const rpc = connectEcho(worker);
    expect(await rpc.call('echo', ['there'])).toBe('there');
    const waiting = reasonOf(rpc.call('wait', []));
    end(rpc, worker);
    const error = await waiting;
    expect(await reasonOf(rpc.call('echo', [1]))).toBe(error);
    expect(['message', 'error', 'exit'].map(name => worker.listenerCount(name))).toEqual([0, 0, 0]);
    while (worker.threadId !== -1) await turns(1); // the thread has ended
    expect((await reasonOf(connectEcho(worker).call('echo', [1]))).message).toBe('connectEcho: the port was closed');
    return error;
  };
  expect((await endedBy((_, worker) => worker.terminate())).message).toBe('connectEcho: the worker ended with code 1');
  expect((await endedBy(rpc => reasonOf(rpc.call('exit', [])))).message).toBe(
    'connectEcho: the worker ended with code 3',
  );
  const crashed = await endedBy(rpc => reasonOf(rpc.call('crash', [])));
  expect(crashed.message).toBe('connectEcho: the worker ended: out of nothing');
  expect((crashed.cause as Error).message).toBe('out of nothing');
});

test('a worker that cannot start says why', async () => {
  const worker = new Worker(new URL('data:text/javascript,import "nothing-of-this-name"'));
  expect((await reasonOf(connectEcho(worker).call('echo', [1]))).message).toMatch(
    /^connectEcho: the worker ended: .*nothing-of-this-name/,
  );
});

test('transferred buffers must be separate', () => {
  expect(transfer(1, []).value).toBe(1);
});
