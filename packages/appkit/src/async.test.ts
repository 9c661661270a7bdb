import { expect, test, vi } from 'vitest';
import { debounce, latestOnly, loadOnce, singleRun } from './async.js';

test('only the latest result counts: an earlier one is undefined, and an earlier error is ignored', async () => {
  const latest = latestOnly();
  const results = [latest(Promise.resolve(1)), latest(Promise.reject(new Error('2'))), latest(Promise.resolve(3))];
  expect(await Promise.all(results)).toEqual([undefined, undefined, 3]);
  await expect(latest(Promise.reject(new Error('last')))).rejects.toThrow('last');
});

test('a successful load happens once, and a failed one is tried again', async () => {
  let calls = 0;
  const load = loadOnce(async () => {
    if (++calls === 1) throw new Error('offline');
    return calls;
  });
  await expect(load()).rejects.toThrow('offline');
  expect(await Promise.all([load(), load()])).toEqual([2, 2]);
});

test('a debounced action runs once after its calls pause, unless it is cancelled', () => {
  vi.useFakeTimers();
  let runs = 0;
  const act = debounce(() => runs++, 300);
  for (let i = 0; i < 5; i++) {
    act();
    vi.advanceTimersByTime(200);
  }
  expect(runs).toBe(0);
  vi.advanceTimersByTime(100);
  expect(runs).toBe(1);
  act();
  act.cancel();
  vi.advanceTimersByTime(1000);
  expect(runs).toBe(1);
  vi.useRealTimers();
});

test('a new run aborts the running one and starts after its end', async () => {
  const log: string[] = [];
  const runs = singleRun();
  const run = (name: string) =>
    runs.start(async signal => {
      log.push(`${name} starts`);
      await new Promise<void>(resolve => {
        if (name === 'c') resolve();
        signal.addEventListener('abort', () => resolve());
      });
      log.push(`${name} ends`);
      if (name === 'b') throw new Error('b fails');
      return name;
    });
  const [a, b, c] = [run('a'), run('b'), run('c')];
  const failed = expect(b).rejects.toThrow('b fails');
  expect(runs.isRunning).toBe(true);
  expect([await a, await c]).toEqual(['a', 'c']);
  await failed;
  expect(log).toEqual(['a starts', 'a ends', 'b starts', 'b ends', 'c starts', 'c ends']);
  expect(runs.isRunning).toBe(false);
  await runs.end();
});
