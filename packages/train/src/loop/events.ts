/** The event after each step. The loss is that before the update. */
export interface StepEvent {
  readonly type: 'step';
  /** The number of completed steps, from 1. */
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  /** The common norm of all gradients before clipping. */
  readonly gradientNorm: number;
  /** 0 if the loss does not count tokens. */
  readonly tokensPerSecond: number;
  /** The memory in use after the step. */
  readonly memoryUsage: { readonly tensors: number; readonly bytes: number };
}

/**
 * The event after an evaluation: the mean loss on the evaluation data, of the averaged weights if there is an average.
 */
export interface EvaluationEvent {
  readonly type: 'evaluation';
  readonly step: number;
  readonly loss: number;
  readonly tokens: number;
}

/** The event after writing a checkpoint. */
export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly step: number;
  /** The name of the checkpoint in the store. */
  readonly name: string;
}

/** The first event of a run that resumes from a checkpoint. */
export interface ResumeEvent {
  readonly type: 'resume';
  /** The number of steps completed before. */
  readonly step: number;
  /** The name of the checkpoint in the store. */
  readonly name: string;
  /** Whether nothing is left to do: all steps are completed, or the data has ended. */
  readonly isFinished: boolean;
}

/** The events of a training run. */
export type TrainingEvent = StepEvent | EvaluationEvent | CheckpointEvent | ResumeEvent;
