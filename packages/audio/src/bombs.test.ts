import { runBombs } from '@residual/testkit/bombs';
import { expect, test } from 'vitest';

test('hostile WAV files and configs are read or refused, within a small heap', async () => {
  const { results, defects } = await runBombs(new URL('./testing/wav-bombs.ts', import.meta.url));
  expect(defects).toEqual([]);
  const outcomes = new Map(results.map(({ target, name, outcome }) => [`${target} ${name}`, outcome]));
  expect(outcomes.size).toBeGreaterThan(900);
  for (const [name, outcome] of Object.entries({
    'wav 4294967295 at byte 40 of file 0': 'read', // the size of a stream
    'wav 2147483648 at byte 16 of file 0': 'refused',
    'config 0 feature_size = 2147483648': 'refused',
    'config 0 n_fft = 0.5': 'refused',
    'config 1 max_length = 5': 'read',
  }))
    expect([name, outcomes.get(name)]).toEqual([name, outcome]);
});
