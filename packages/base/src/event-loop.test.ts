import { turnsOf } from '@residual/testkit/turns-of';
import { expect, test } from 'vitest';
import { yieldToEventLoop } from './index.js';

test('concurrent works take turns, whatever their order and length', async () => {
  const log: string[] = [];
  const work = async (name: string, steps: number) => {
    for (let i = 0; i < steps; i++) {
      await yieldToEventLoop();
      log.push(name);
      for (let wait = 0; wait < 9; wait++) await undefined; // reads what it has computed
    }
  };
  const turns = await turnsOf(() => Promise.all([work('a', 5), work('b', 2), work('c', 3), work('d', 5)]));
  expect(log.join('')).toBe('abcdabcdacdadad');
  expect(turns).toBeGreaterThanOrEqual(15); // a turn of the event loop for each step
});

test('an abort is noticed before and during a wait', async () => {
  const abort = new AbortController();
  const reason = new Error('enough');
  const waits = yieldToEventLoop(abort.signal);
  abort.abort(reason);
  await expect(waits).rejects.toBe(reason);
  await expect(yieldToEventLoop(abort.signal)).rejects.toBe(reason);
  await yieldToEventLoop();
});
