/** The number of the last steps from which the time of the others is estimated. */
const lastSteps = 40;

/** Estimates how long a run still takes, from the duration of its last steps. */
export interface RemainingTime {
  /** Notes that a step has ended, at a time in milliseconds; returns the milliseconds left, undefined at first. */
  add(step: number, time: number, total: number): number | undefined;
  /** Forgets the steps so far, as after a pause. */
  reset(): void;
}

/** Makes a `RemainingTime`. */
export function remainingTime(): RemainingTime {
  let ends: (readonly [step: number, time: number])[] = [];
  return {
    add: (step, time, total) => {
      ends = [...ends.slice(-lastSteps), [step, time]];
      const [firstStep, firstTime] = ends[0]!;
      return step > firstStep ? ((time - firstTime) / (step - firstStep)) * (total - step) : undefined;
    },
    reset: () => {
      ends = [];
    },
  };
}

/** A duration as visitors say it: rounded, since it is an estimate. */
export function durationText(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  const of = (count: number, unit: string) => `about ${count} ${unit}${count === 1 ? '' : 's'}`;
  if (seconds < 1) return 'less than a second';
  if (seconds < 10) return of(Math.round(seconds), 'second');
  if (seconds < 90) return of(5 * Math.round(seconds / 5), 'second');
  return seconds < 5400 ? of(Math.round(seconds / 60), 'minute') : of(Math.round(seconds / 3600), 'hour');
}
