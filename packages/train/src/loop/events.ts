/** What a run tells after each step: its loss is that before the update. */
export interface StepEvent {
  readonly type: 'step';
  /** Steps done, from 1. */
  readonly step: number;
  readonly loss: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** Of the batches that say how many tokens they have; 0 otherwise. */
  readonly tokensPerSecond: number;
  /** What is held now. */
  readonly memoryUsage: { readonly tensors: number; readonly bytes: number };
}

/** What a run tells after looking at other data: the mean loss there, of the averaged weights where there is an average. */
export interface EvaluationEvent {
  readonly type: 'evaluation';
  readonly step: number;
  readonly loss: number;
  readonly tokens: number;
}

/** What a run tells after it wrote a checkpoint. */
export interface CheckpointEvent {
  readonly type: 'checkpoint';
  readonly step: number;
  /** What the store calls it. */
  readonly name: string;
}

/** What a run tells first of all where it goes on from a checkpoint. */
export interface ResumeEvent {
  readonly type: 'resume';
  /** Steps done before. */
  readonly step: number;
  /** What the store calls the checkpoint. */
  readonly name: string;
  /** Whether nothing is left to do: all steps are done, or the data has ended. */
  readonly isFinished: boolean;
}

/** What a training run tells as it goes. */
export type TrainingEvent = StepEvent | EvaluationEvent | CheckpointEvent | ResumeEvent;
