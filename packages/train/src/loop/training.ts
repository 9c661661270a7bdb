import type { CheckpointFiles } from '../checkpoint/store.js';
import type { Schedule } from '../schedules.js';
import type { TrainingEvent } from './events.js';
import type { Frozen } from './options.js';

/** The whole state of a run. A store takes it with `write(step, files)`, and a run with that store resumes from it. */
export interface Checkpoint {
  readonly step: number;
  readonly files: CheckpointFiles;
}

/** A training run. Iterating it runs the training; `learningRate` and `frozen` apply from the next step. */
export interface Training extends AsyncIterable<TrainingEvent> {
  learningRate: number | Schedule;
  frozen: Frozen;
  readonly isPaused: boolean;
  /** Holds the run before its next event until `resume`. An abort still ends it. */
  pause(): void;
  resume(): void;
  /**
   * Runs `work` between two events, also while the run is paused, before its start and after its end. The weights do
   * not change while `work` runs, so it may generate a text with them or change them itself. Works run in order of
   * their calls. `work` must not wait for another call of `runExclusive`.
   */
  runExclusive<T>(work: () => T | Promise<T>): Promise<T>;
  /** `runExclusive` with the averaged weights in place of the trained ones, if the run has an average (`emaDecay`). */
  withAverage<T>(work: () => T | Promise<T>): Promise<T>;
  /** The state of the run between two steps. Errors after the end of the run, when its state is freed. */
  checkpoint(): Promise<Checkpoint>;
}
