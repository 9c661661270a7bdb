import { runBombs } from '@residual/testkit/bombs';
import { expect, test } from 'vitest';

test('hostile files of word vectors are read or refused, within a small heap', async () => {
  const { results, defects } = await runBombs(new URL('./testing/word-bombs.ts', import.meta.url));
  expect(defects).toEqual([]);
  const outcomes = new Map(results.map(({ target, name, outcome }) => [`${target} ${name}`, outcome]));
  expect(outcomes.size).toBeGreaterThan(200);
  for (const [name, outcome] of Object.entries({
    'vocabulary words by row': 'refused',
    'vocabulary a hole': 'refused',
    'text glove: many words': 'read',
    'text glove: two lines of 60000 numbers': 'read',
    'text glove: a line of 600000 numbers': 'refused',
    'binary 4294967295 words': 'refused',
  }))
    expect([name, outcomes.get(name)]).toEqual([name, outcome]);
});
