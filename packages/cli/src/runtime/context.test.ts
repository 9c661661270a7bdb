import { Command } from 'commander';
import { expect, test } from 'vitest';
import { type CommandContext, withContext } from './context.js';

const run = (work: (context: CommandContext) => Promise<number | undefined>) =>
  withContext(new Command('test'), undefined, work);
const untilAborted = ({ signal }: CommandContext) =>
  new Promise<undefined>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const listeners = () => [process.listenerCount('SIGINT'), process.listenerCount('SIGTERM')];

test('the exit code is that of the work; no code is 0', async () => {
  expect(await run(async () => 3)).toBe(3);
  expect(await run(async () => undefined)).toBe(0);
});

test.each([
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const)('%s aborts the work, and the exit code is %i', async (name, code) => {
  const before = listeners();
  const running = run(untilAborted);
  process.emit(name);
  expect(await running).toBe(code);
  expect(listeners()).toEqual(before);
});

test('another error is thrown, and nothing listens to signals afterwards', async () => {
  const before = listeners();
  await expect(run(async () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(listeners()).toEqual(before);
});

test('work that ends in spite of a signal keeps its exit code', async () => {
  const running = run(async ({ signal }) => {
    await new Promise(resolve => signal.addEventListener('abort', resolve));
    return 1;
  });
  process.emit('SIGINT');
  expect(await running).toBe(1);
});
