import { outcomeOf, report, startWatchdog } from '../bombs/reading-process.js';
import type { BombTarget, Outcome } from '../bombs/target.js';
import { mutate, oneOf, randomFrom } from './mutate.js';

/** The settings of the fuzzing process. */
export interface FuzzLimits {
  readonly megabytes: number;
  readonly seconds: number;
  readonly target: string;
  readonly seed: number;
  /** The range of inputs: `from` included, `to` excluded. */
  readonly from: number;
  readonly to: number;
  /** The number of inputs between two reports. */
  readonly batch: number;
  /** The time in milliseconds since 1970 at which to end; none if absent. */
  readonly until?: number;
}

/**
 * A report: the start of a batch, a defect, the reason why the watchdog ends the process, or the results of a batch.
 */
export type FuzzReport =
  | { readonly begins: number }
  | { readonly input: number; readonly outcome: Outcome; readonly message: string; readonly preview: string }
  | { readonly isDying: true; readonly outcome: Outcome; readonly message: string }
  | { readonly read: number; readonly refused: number; readonly ends: number; readonly megabytes: number };

/** The input with this number; it depends only on the seed and the number. */
export const inputOf = (target: BombTarget<never>, seed: number, index: number): unknown => {
  const random = randomFrom(Math.imul(seed, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b));
  return mutate(random, oneOf(random, seedsOf(target)));
};

const seeds = new WeakMap<object, readonly unknown[]>();
const seedsOf = (target: BombTarget<never>) => {
  const seedInputs = seeds.get(target) ?? target.seeds!();
  seeds.set(target, seedInputs);
  return seedInputs;
};

/** The beginning of an input as readable text. */
const previewOf = (input: unknown): string =>
  JSON.stringify(input, (_, value) =>
    value instanceof Uint8Array ? `${value.length} bytes: ${Buffer.from(value).toString('hex', 0, 64)}` : value,
  )?.slice(0, 1000) ?? '';

/** Reads mutated inputs of one target, and reports on each batch and each defect. */
export async function fuzz(targets: Readonly<Record<string, BombTarget<never>>>): Promise<void> {
  const limits = JSON.parse(process.argv[2]!) as FuzzLimits;
  const target = targets[limits.target]!;
  const watchdog = startWatchdog(limits);
  let unhandled: unknown;
  process.on('unhandledRejection', error => {
    unhandled = error;
  });
  let index = limits.from;
  while (index < limits.to && (limits.until === undefined || Date.now() < limits.until)) {
    report({ begins: index } satisfies FuzzReport);
    const end = Math.min(limits.to, index + limits.batch);
    let [read, refused] = [0, 0];
    for (; index < end; index++) {
      const input = inputOf(target, limits.seed, index);
      let [outcome, message]: [Outcome, string] = ['read', ''];
      watchdog.begin();
      try {
        await target.read(input as never);
      } catch (error) {
        [outcome, message] = outcomeOf(error);
      }
      watchdog.end();
      if (index % 16 === 15) watchdog.collectGarbage();
      if (unhandled !== undefined) [outcome, message] = ['raw', `not handled: ${outcomeOf(unhandled)[1]}`];
      unhandled = undefined;
      if (outcome === 'read') read++;
      else if (outcome === 'refused') refused++;
      else
        report({
          input: index,
          outcome,
          message: message.slice(0, 500),
          preview: previewOf(input),
        } satisfies FuzzReport);
    }
    const megabytes = process.resourceUsage().maxRSS / 1024;
    report({ read, refused, ends: index, megabytes } satisfies FuzzReport);
    await new Promise(resolve => setImmediate(resolve));
  }
  process.exit(0);
}
