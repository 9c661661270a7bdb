import { runBombs } from '@residual/testkit/bombs';
import { expect, test } from 'vitest';

test('hostile files of sparse autoencoders are read or refused, within a small heap', async () => {
  const { results, defects } = await runBombs(new URL('../../testing/sparse-autoencoder-bombs.ts', import.meta.url));
  expect(defects).toEqual([]);
  const outcomes = new Map(results.map(({ target, name, outcome }) => [`${target} ${name}`, outcome]));
  expect(outcomes.size).toBeGreaterThan(100);
  for (const [name, outcome] of Object.entries({
    'saeLens a decoder of one wide row': 'refused',
    'saeLens an empty decoder': 'refused',
    'saeLens a factor for nothing': 'refused',
    'saeLens many features of width 2': 'refused',
    'saeLens a wide autoencoder': 'read',
  }))
    expect([name, outcomes.get(name)]).toEqual([name, outcome]);
});
