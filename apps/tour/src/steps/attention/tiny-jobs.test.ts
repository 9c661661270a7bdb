import '@residual/testkit/wasm';
import { expectNoLeak } from '@residual/testkit';
import { expect, test } from 'vitest';
import { jobs } from './tiny-jobs.js';

/** Runs a tiny model, aborts it after some steps, and returns the losses so far. */
const lossesUntil = async (last: number, leak: boolean) => {
  const abort = new AbortController();
  const { training, dispose } = await jobs.tinyModel({ leak }, { signal: abort.signal });
  const losses: number[] = [];
  const run = async () => {
    for await (const event of training) {
      if (event.type !== 'step') continue;
      if (losses.push(event.loss) === last) abort.abort();
    }
  };
  await run().catch(error => {
    if (!abort.signal.aborted) throw error;
  });
  dispose!();
  return losses;
};

test('an aborted training ends after its step and gives all its memory back, with and without the mask', async () => {
  for (const leak of [false, true])
    await expectNoLeak(async () => {
      expect(await lossesUntil(3, leak)).toHaveLength(3);
    });
});
