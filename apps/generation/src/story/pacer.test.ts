import { expect, test } from 'vitest';
import { makePacer } from './pacer.js';

const { signal } = new AbortController();
const isOpen = async (turn: Promise<void>) => {
  let open = false;
  turn.then(() => {
    open = true;
  });
  await new Promise(resolve => setTimeout(resolve));
  return open;
};

test('while it is paused, each step lets one token through', async () => {
  const pacer = makePacer('fast');
  expect(await isOpen(pacer.turn(signal))).toBe(true);
  pacer.pause();
  const waiting = pacer.turn(signal);
  expect(await isOpen(waiting)).toBe(false);
  pacer.step();
  expect(await isOpen(waiting)).toBe(true);
  const next = pacer.turn(signal);
  expect([await isOpen(next), pacer.isPaused]).toEqual([false, true]);
  pacer.resume();
  expect(await isOpen(next)).toBe(true);
});

test('an abort ends the waiting, and a faster pace the time between two tokens', async () => {
  const pacer = makePacer('slow');
  const half = pacer.half(signal);
  expect(await isOpen(half)).toBe(false);
  pacer.pace = 'fast';
  expect(await isOpen(half)).toBe(true);
  expect(await isOpen(pacer.half(signal))).toBe(true);
  pacer.pause();
  const abort = new AbortController();
  const waiting = pacer.turn(abort.signal);
  abort.abort();
  expect(await isOpen(waiting)).toBe(true);
});
