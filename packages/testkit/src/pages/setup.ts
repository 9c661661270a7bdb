import { afterEach, expect } from 'vitest';
import { allWatches } from './watch.js';

/**
 * Every test of pages fails on an error that is shown, thrown or written to the console, and on a missing text, unless
 * the test expects it.
 */
afterEach(async () => {
  for (const watch of allWatches())
    expect(await watch.newProblems(), 'what went wrong in the pages during the test').toEqual([]);
});
