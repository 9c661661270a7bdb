import { expect, test, vi } from 'vitest';
import { throttle } from './throttle.js';

test('a burst passes at once; of very many values fewer than 100 in 30 seconds pass, and the last one', () => {
  vi.useFakeTimers();
  const passed: number[] = [];
  const act = throttle((value: number) => passed.push(value));
  for (let i = 0; i < 5; i++) act(i);
  expect(passed).toEqual([0, 1, 2, 3, 4]);
  for (let i = 5; i < 1000; i++) {
    act(i);
    vi.advanceTimersByTime(30);
  }
  expect(passed.length).toBeGreaterThan(80);
  expect(passed.length).toBeLessThan(100);
  vi.advanceTimersByTime(400);
  expect(passed.at(-1)).toBe(999);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});
