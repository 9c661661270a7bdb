import '@residual/backend-cpu'; // the worker's; here so that the server has it at hand
import { uniformAt } from '@residual/tensor';
import { afterEach, expect, test } from 'vitest';
import { cdp } from 'vitest/browser';
import { browserStore } from '../browser.js';
import type { TestJobs } from '../testing/training-worker.js';
import { connectTraining } from '../worker/index.js';

const names = ['first', 'second', 'straight', 'killed', 'full'];
afterEach(async () => {
  for (const name of names) await browserStore(name).clear();
});

const files = (text: string) => new Map([['a.json', new TextEncoder().encode(text)]]);
const latestOf = async (name: string) => {
  const latest = await browserStore(name).latest();
  return latest && [latest.step, latest.name, new TextDecoder().decode(await latest.read('a.json'))];
};

/** Incompressible bytes. */
const noise = (bytes: number) => {
  const values = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(values.subarray(at, at + 65_536));
  return values;
};

/** Runs first, because the browser updates the quota only after a while. */
test('a quota error names the sizes, and earlier checkpoints stay', async () => {
  const { origin } = location;
  const store = browserStore('full');
  const devTools = cdp() as unknown as { send(method: string, settings: object): Promise<unknown> };
  await devTools.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 1_000_000 });
  try {
    await store.write(1, files('small'));
    const error = await store.write(2, new Map([['large', noise(8_000_000)]])).catch(error => error);
    expect(error.code).toBe('quota');
    expect(error.message.replace(/\d\.\d MB; keep/, 'N MB; keep')).toBe(
      'browserStore: the checkpoint of step 2 has 8.0 MB, more than the browser still gives this origin, ' +
        'which holds N MB; keep fewer, or clear other runs',
    );
    expect(error.details).toMatchObject({ step: 2, bytes: 8_000_000 });
  } finally {
    await devTools.send('Storage.overrideQuotaForOrigin', { origin });
  }
  expect(await latestOf('full')).toEqual([1, 'step 1', 'small']);
  await store.write(2, files('room again'));
  expect(await latestOf('full')).toEqual([2, 'step 2', 'room again']);
});

test('the latest checkpoints of each run are kept and the latest is found', async () => {
  const store = browserStore('first', { keep: 2 });
  expect(await store.latest()).toBeUndefined();
  for (const step of [8, 9, 10]) expect(await store.write(step, files(`at ${step}`))).toBe(`step ${step}`);
  await browserStore('second').write(3, files('other'));
  expect(await latestOf('first')).toEqual([10, 'step 10', 'at 10']);
  expect(await latestOf('second')).toEqual([3, 'step 3', 'other']);
  expect(await (await store.latest())!.read('b.json')).toBeUndefined();
  await store.write(9, files('again')); // a run that went back counts
  expect(await latestOf('first')).toEqual([9, 'step 9', 'again']);
  await store.clear();
  expect(await latestOf('first')).toBeUndefined();
  expect(await latestOf('second')).toEqual([3, 'step 3', 'other']);
  expect(() => browserStore('first', { keep: 0 })).toThrow(
    'browserStore: keep is 0; it must be a whole number, 1 or more',
  );
});

/** Trains in a new worker, which is terminated some milliseconds after its first event, or runs to its end. */
async function trained(name: string, steps: number, killAfter?: number) {
  const worker = new Worker(new URL('../testing/training-worker.ts', import.meta.url), { type: 'module' });
  const trainer = connectTraining<TestJobs>(worker);
  const losses = new Map<number, number>();
  try {
    const run = trainer.start('net', { name, steps });
    for await (const event of run) {
      if (event.type === 'step') losses.set(event.step, event.loss);
      if (killAfter !== undefined && losses.size === 1)
        setTimeout(() => {
          worker.terminate();
          trainer.close();
        }, killAfter);
    }
    return { losses, numbers: await run.ask('numbers') };
  } catch (error) {
    if ((error as { code?: string }).code !== 'closed') throw error;
    return { losses, numbers: undefined };
  } finally {
    worker.terminate();
  }
}

test('a run in a worker that is terminated at random moments resumes and ends with the same bits', async () => {
  const steps = 40;
  const straight = await trained('straight', steps);
  expect(straight.losses.size).toBe(steps);
  let [reached, killed] = [0, 0];
  for (let i = 0; i < 4; i++) {
    const { losses, numbers } = await trained('killed', steps, 40 * uniformAt(7, 'kills', i));
    if (!numbers) killed++;
    for (const [step, loss] of losses) {
      expect(step).toBeGreaterThanOrEqual(reached); // a step whose checkpoint was not whole is done again
      expect(loss).toBe(straight.losses.get(step));
      reached = step;
    }
  }
  expect(killed).toBeGreaterThan(1);
  expect((await trained('killed', steps)).numbers).toEqual(straight.numbers);
});
