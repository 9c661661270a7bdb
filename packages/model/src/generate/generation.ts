import type { Step } from './sampling-policy.js';
import type { GenerateOutput } from './sequence.js';

/**
 * A generation to run: iterate over its steps, or call `result()`. Nothing runs before that. Each iteration and each
 * `result()` is a run of its own; the same options and seed give the same text, and without a seed each run picks a new
 * one. Leaving an iteration early frees its tensors.
 */
export interface Generation<Whole, Each = Step, Result = readonly GenerateOutput[]> {
  [Symbol.asyncIterator](): AsyncGenerator<Each, Result>;
  /** Runs to the end and returns the result. */
  result(): Promise<Whole>;
}

/** Makes a generation from the function that starts a run; `resultOf` takes the caller's result from the run's. */
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

/** Maps each step of a run to any number of others, and returns its result. Leaving early ends the run. */
export async function* mapSteps<From, To, Result>(
  steps: AsyncGenerator<From, Result>,
  map: (step: From) => Iterable<To>,
): AsyncGenerator<To, Result> {
  try {
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return value;
      yield* map(value);
    }
  } finally {
    await steps.return(undefined as never);
  }
}
