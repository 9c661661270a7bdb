import type { Step } from './generate.js';
import type { Generated } from './row.js';

/**
 * A text to be written: iterate over its steps, or ask for the whole. Nothing runs before that; each iteration and each `whole()` is a run of its own,
 * and the same settings and seed give the same text; where none is given, each run draws by a new seed. Leaving an iteration early frees what it held.
 */
export interface Generation<Whole, Each = Step, Result = readonly Generated[]> {
  [Symbol.asyncIterator](): AsyncGenerator<Each, Result>;
  /** Runs to the end and gives the result. */
  whole(): Promise<Whole>;
}

/** Makes a generation of the function that starts it. */
export function generation<Whole, Each, Result>(
  start: () => AsyncGenerator<Each, Result>,
  wholeOf: (result: Result) => Whole,
): Generation<Whole, Each, Result> {
  return {
    [Symbol.asyncIterator]: start,
    whole: async () => {
      const steps = start();
      for (;;) {
        const { done, value } = await steps.next();
        if (done) return wholeOf(value);
      }
    },
  };
}
