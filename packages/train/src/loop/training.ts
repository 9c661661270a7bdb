import type { CheckpointFiles } from '../checkpoint/store.js';
import type { Schedule } from '../schedules.js';
import type { TrainingEvent } from './events.js';
import type { Frozen } from './options.js';

/** A whole run at one moment: a store takes it with `write(step, files)`, and a run with that store goes on from there. */
export interface Checkpoint {
  readonly step: number;
  readonly files: CheckpointFiles;
}

/** A training run: iterate it and it goes on; what is set between two steps holds from the next. */
export interface Training extends AsyncIterable<TrainingEvent> {
  learningRate: number | Schedule;
  frozen: Frozen;
  readonly isPaused: boolean;
  /** Holds the run before its next event until `resume`; an abort ends it all the same. */
  pause(): void;
  resume(): void;
  /**
   * Does something between two events, also while the run is paused, before it and after it: the weights stay as they are until `work` has ended, so that it
   * may write a text with them, or change them. Works take turns in the order in which they were asked for; one must not wait for another that it asks for itself.
   */
  runExclusive<T>(work: () => T | Promise<T>): Promise<T>;
  /** The run as it is between two steps. Errors once it has ended, when what it remembered is freed. */
  checkpoint(): Promise<Checkpoint>;
}
