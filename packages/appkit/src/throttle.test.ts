import { expect, test, vi } from 'vitest';
import { throttle } from './throttle.js';

test('a few values are taken at once, of very many some and the last, fewer than 100 in 30 seconds', () => {
  vi.useFakeTimers();
  const taken: number[] = [];
  const take = throttle((value: number) => taken.push(value));
  for (let i = 0; i < 5; i++) take(i);
  expect(taken).toEqual([0, 1, 2, 3, 4]);
  for (let i = 5; i < 1000; i++) {
    take(i);
    vi.advanceTimersByTime(30);
  }
  expect(taken.length).toBeGreaterThan(80);
  expect(taken.length).toBeLessThan(100);
  vi.advanceTimersByTime(400);
  expect(taken.at(-1)).toBe(999);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
