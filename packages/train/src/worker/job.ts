import type { Training } from '../loop/training.js';

/** The second argument of a job. */
export interface JobControls {
  /** Pass it to `train` and other long work. It is aborted when the page aborts or disposes the run. */
  readonly signal: AbortSignal;
}

/** The second argument of a request. */
export interface RequestControls {
  /** Aborted when the page gives up the request. */
  readonly signal: AbortSignal;
}

/** The requests of a run by name: functions from plain data to plain data, which run between steps. */
export type Requests = Readonly<Record<string, (argument: never, controls: RequestControls) => unknown>>;

/** The result of a job. It lives until the page disposes the run, also after the last step. */
export interface TrainingJob<Asked extends Requests = Requests> {
  readonly training: Training;
  readonly requests?: Asked;
  /** Frees the resources of the job, such as the weights. */
  readonly dispose?: () => void;
}

/** Jobs by name: functions from settings (plain data) to a training run. */
export type Jobs = Readonly<
  Record<string, (settings: never, controls: JobControls) => TrainingJob | Promise<TrainingJob>>
>;
