import type { Step } from './generate.js';
import type { GenerateOutput } from './sequence.js';

/**
 * A text to be written: iterate over its steps, or ask for the whole. Nothing runs before that; each iteration and each `result()` is a run of its own,
 * and the same settings and seed give the same text; where none is given, each run draws by a new seed. Leaving an iteration early frees what it held.
 */
export interface Generation<Whole, Each = Step, Result = readonly GenerateOutput[]> {
  [Symbol.asyncIterator](): AsyncGenerator<Each, Result>;
  /** Runs to the end and gives the result. */
  result(): Promise<Whole>;
}

/** Makes a generation of the function that starts it. */
export function generation<Whole, Each, Result>(
  start: () => AsyncGenerator<Each, Result>,
  resultOf: (result: Result) => Whole,
): Generation<Whole, Each, Result> {
  return {
    [Symbol.asyncIterator]: start,
    result: async () => {
      const steps = start();
      for (;;) {
        const { done, value } = await steps.next();
        if (done) return resultOf(value);
      }
    },
  };
}
