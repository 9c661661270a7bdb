import type { Models, RemoteModel } from '@residual/model/worker';
import { expect, test } from 'vitest';
import { pageModel } from './page-model.js';

/**
 * Models that log their calls. A forward pass waits until `pass` is called and fails if another backend is active, like
 * the models of a worker.
 */
const fakeModels = () => {
  const log: string[] = [];
  let [active, made, pass] = ['', 0, () => {}];
  const models = {
    useBackend: async (name: string) => {
      log.push(`use ${name}`);
      active = name;
    },
    load: async (source: string, { signal }: { signal: AbortSignal }) => {
      await new Promise(resolve => setTimeout(resolve));
      signal.throwIfAborted();
      if (source === 'broken') throw new Error('broken');
      const [own, backend] = [`${source} ${made++}`, active];
      const compute = (signal?: AbortSignal) =>
        new Promise<string>((resolve, reject) => {
          log.push(`${own} begins`);
          const check = () => (active === backend ? resolve(own) : reject(new Error(`${own} is on ${backend}`)));
          pass = check;
          signal?.addEventListener('abort', () => reject(signal.reason));
        });
      const steps = (_: unknown, options: { signal?: AbortSignal }) => ({
        async *[Symbol.asyncIterator]() {
          for (;;) yield await compute(options.signal);
        },
      });
      return {
        backend,
        forward: (_: unknown, options: { signal?: AbortSignal }) => compute(options.signal),
        translate: steps,
        conversation: async () => ({ chat: steps, dispose: async () => void log.push(`${own} ends a conversation`) }),
        dispose: async () => void log.push(`${own} is disposed`),
      } as unknown as RemoteModel;
    },
  } as unknown as Models;
  return { models, log, pass: () => pass() };
};
const nextTurn = () => new Promise(resolve => setTimeout(resolve, 5));
const openPage = () => {
  const { models, ...rest } = fakeModels();
  return { page: pageModel(models, models.useBackend), ...rest };
};

test('a running call is aborted before another backend is used, and so is a call made meanwhile', async () => {
  const { page, log } = openPage();
  expect(() => page.model).toThrow('The model is not loaded yet.');
  await page.load({ source: 'a', backend: 'wasm' });
  const { model } = page;
  const running = expect(model.forward('x')).rejects.toThrow('Another model was loaded');
  await nextTurn();
  const loading = page.load({ source: 'b', backend: 'webgl' });
  const late = expect(model.forward('x')).rejects.toMatchObject({ name: 'AbortError' });
  await Promise.all([running, loading, late]);
  expect(log).toEqual(['use wasm', 'a 0 begins', 'use webgl', 'a 0 is disposed']);
  expect(page.model.backend).toBe('webgl');
});

test('a translation in steps is aborted too, even while its reader waits for the same model', async () => {
  const { page, pass } = openPage();
  await page.load({ source: 'a', backend: 'wasm' });
  const { model } = page;
  let steps = 0;
  const reading = (async () => {
    for await (const _ of model.translate('x')) {
      steps++;
      await model.forward('y'); // waits: nothing calls `pass`
    }
  })();
  await nextTurn();
  pass();
  await nextTurn();
  await Promise.all([
    expect(reading).rejects.toMatchObject({ name: 'AbortError' }),
    page.load({ source: 'b', backend: 'webgl' }),
  ]);
  expect(steps).toBe(1);
});

test('an answer in a conversation is aborted before another backend is used', async () => {
  const { page, log } = openPage();
  await page.load({ source: 'a', backend: 'wasm' });
  const conversation = await page.model.conversation();
  const answer = expect(
    (async () => {
      for await (const _ of conversation.chat([]));
    })(),
  ).rejects.toMatchObject({ name: 'AbortError' });
  await nextTurn();
  await Promise.all([answer, page.load({ source: 'b', backend: 'webgl' })]);
  expect(log).toEqual(['use wasm', 'a 0 begins', 'use webgl', 'a 0 is disposed']);
});

test('if a load fails or is aborted, the last model and waiting calls continue on its own backend', async () => {
  const { page, log, pass } = openPage();
  await page.load({ source: 'a', backend: 'wasm' });
  const loading = expect(page.load({ source: 'broken', backend: 'webgl' })).rejects.toThrow('broken');
  const waiting = page.model.forward('x');
  await loading;
  await nextTurn();
  pass();
  expect(await waiting).toBe('a 0');
  expect(log).toEqual(['use wasm', 'use webgl', 'use wasm', 'a 0 begins']);
  const abort = new AbortController();
  const aborted = expect(page.load({ source: 'b', backend: 'webgl', signal: abort.signal })).rejects.toThrow('aborted');
  abort.abort();
  await aborted;
  expect(page.model.backend).toBe('wasm');
});

test('the last of several loads counts, and a model that the page cannot use is disposed', async () => {
  const { page, log } = openPage();
  const first = expect(page.load({ source: 'a', backend: 'wasm' })).rejects.toMatchObject({ name: 'AbortError' });
  await Promise.all([first, page.load({ source: 'b', backend: 'webgl' })]);
  expect(page.model.backend).toBe('webgl');
  const check = () => {
    throw new Error('wrong kind');
  };
  await expect(page.load({ source: 'c', backend: 'wasm', check })).rejects.toThrow('wrong kind');
  expect(page.model.backend).toBe('webgl');
  expect(log.slice(-3)).toEqual(['use wasm', 'c 1 is disposed', 'use webgl']);
});

test('a second model is used beside the current one and disposed, also when that one is replaced', async () => {
  const { page, log, pass } = openPage();
  await page.load({ source: 'a', backend: 'wasm' });
  const used = page.beside({ source: 'b', weights: 'int8' }, async model => model.forward('x'));
  await nextTurn();
  pass();
  expect(await used).toBe('b 1');
  expect(log).toEqual(['use wasm', 'b 1 begins', 'b 1 is disposed']);
  const ended = expect(page.beside({ source: 'c' }, async model => model.forward('x'))).rejects.toMatchObject({
    name: 'AbortError',
  });
  await nextTurn();
  await Promise.all([ended, page.load({ source: 'd', backend: 'wasm' })]);
  expect(log.slice(3)).toEqual(['c 2 begins', 'c 2 is disposed', 'use wasm', 'a 0 is disposed']);
});

test('the model of a page and its conversations are disposed at the end of their scopes', async () => {
  const { page, log } = openPage();
  await page.load({ source: 'a', backend: 'wasm' });
  await page.beside({ source: 'b' }, async model => {
    await using conversation = await model.conversation();
    expect(conversation.chat).toBeTypeOf('function');
  });
  expect(log.slice(-2)).toEqual(['b 1 ends a conversation', 'b 1 is disposed']);
  await page.model[Symbol.asyncDispose]();
  expect(log.at(-1)).toBe('a 0 is disposed');
});
