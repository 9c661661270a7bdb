import { runBombs } from '@residual/testkit/bombs';
import { expect, test } from 'vitest';

test('hostile images and configs are read or refused, within a small heap', async () => {
  const { results, defects } = await runBombs(new URL('./testing/image-bombs.ts', import.meta.url));
  expect(defects).toEqual([]);
  const outcomes = new Map(results.map(({ target, name, outcome }) => [`${target} ${name}`, outcome]));
  expect(outcomes.size).toBeGreaterThan(1500);
  for (const [name, outcome] of Object.entries({
    'png 65535 x 65535 pixels': 'refused',
    'png 100 MB of zeros for 1 x 1 pixels': 'read',
    'png a profile of 100 MB of zeros': 'read',
    'png a million parts of pixels': 'read',
    'jpeg file 0 of 12000 x 12000 pixels': 'refused',
    'jpeg file 0 with its scans 5000 times': 'refused',
    'jpeg file 0 and a million comments': 'read',
    'quickDraw 100,000 points': 'read',
    'quickDraw 100,000 strokes': 'read',
    'quickDraw a million lines': 'read',
  }))
    expect([name, outcomes.get(name)]).toEqual([name, outcome]);
});
