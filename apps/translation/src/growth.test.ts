import type { RibbonsElement } from '@residual/elements';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { growthOf } from './growth.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const growing = (still: boolean) => {
  vi.stubGlobal('matchMedia', () => ({ matches: still }));
  const ribbons = { written: 0 } as RibbonsElement;
  return { ribbons, growth: growthOf(ribbons) };
};

test('words appear one after the other, from the first new one on', () => {
  const { ribbons, growth } = growing(false);
  growth.start(2, 5);
  const counts = [];
  while (vi.getTimerCount() > 0) {
    vi.advanceTimersToNextTimer();
    counts.push(ribbons.written);
  }
  expect(counts).toEqual([3, 4, 5]);
});

test('another text stops the growth of the one before, and the end of a growth shows all words', () => {
  const { ribbons, growth } = growing(false);
  growth.start(0, 40);
  vi.advanceTimersToNextTimer();
  growth.start(0, 3);
  expect(vi.getTimerCount()).toBe(1);
  growth.finish();
  expect([ribbons.written, vi.getTimerCount()]).toEqual([3, 0]);
});

test('a long sentence takes no longer than six seconds', () => {
  const { ribbons, growth } = growing(false);
  growth.start(0, 100);
  vi.advanceTimersByTime(6000);
  expect(ribbons.written).toBe(100);
});

test('if the visitor prefers still pictures, all words appear at once', () => {
  const { ribbons, growth } = growing(true);
  growth.start(0, 5);
  expect([ribbons.written, vi.getTimerCount()]).toEqual([5, 0]);
});
