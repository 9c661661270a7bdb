import type { Pace } from '../settings.js';

/** Milliseconds between two tokens. */
const intervals: Readonly<Record<Pace, number>> = { slow: 1600, reading: 340, fast: 0 };

/** Decides when the next token is written. */
export interface Pacer {
  pace: Pace;
  readonly isPaused: boolean;
  pause(): void;
  resume(): void;
  /** Lets one more token through while it is paused. */
  step(): void;
  /** Waits until the next token may be written. */
  turn(signal: AbortSignal): Promise<void>;
  /** Waits for half of the time between two tokens; not while it is paused. */
  half(signal: AbortSignal): Promise<void>;
}

/** Makes a pacer that runs. */
export function makePacer(pace: Pace): Pacer {
  let isPaused = false;
  let steps = 0;
  let wake = () => {};
  /** Waits until something changes, or for some time. */
  const change = (signal: AbortSignal, milliseconds?: number) =>
    new Promise<void>(resolve => {
      const timer = milliseconds === undefined ? undefined : setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', () => wake(), { once: true });
      if (signal.aborted) wake();
    });
  const set = (paused: boolean, more: number) => {
    [isPaused, steps] = [paused, more];
    wake();
  };
  return {
    get pace() {
      return pace;
    },
    set pace(next) {
      pace = next;
      wake();
    },
    get isPaused() {
      return isPaused;
    },
    pause: () => set(true, 0),
    resume: () => set(false, 0),
    step: () => set(true, steps + 1),
    turn: async signal => {
      while (isPaused && steps === 0 && !signal.aborted) await change(signal);
      steps = Math.max(0, steps - 1);
    },
    half: async signal => {
      const milliseconds = intervals[pace] / 2;
      if (!isPaused && milliseconds > 0) await change(signal, milliseconds);
    },
  };
}
