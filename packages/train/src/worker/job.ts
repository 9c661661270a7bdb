import type { Training } from '../loop/training.js';

/** What a job is told beside its settings. */
export interface JobControls {
  /** For `train`, and for whatever else takes long: aborted when the page aborts or disposes the run. */
  readonly signal: AbortSignal;
}

/** What a request is told beside its argument. */
export interface RequestControls {
  /** Aborted when the page no longer waits for the answer. */
  readonly signal: AbortSignal;
}

/** What can be asked of a run by name: functions from plain data to plain data, in turn with its steps. */
export type Requests = Readonly<Record<string, (argument: never, controls: RequestControls) => unknown>>;

/** What a job made of its settings. It lives until the page disposes the run, also after the last step. */
export interface TrainingJob<Asked extends Requests = Requests> {
  readonly training: Training;
  readonly requests?: Asked;
  /** Frees what the job made, such as the weights. */
  readonly dispose?: () => void;
}

/** Jobs by name: functions from settings, plain data, to a training run. */
export type Jobs = Readonly<
  Record<string, (settings: never, controls: JobControls) => TrainingJob | Promise<TrainingJob>>
>;
