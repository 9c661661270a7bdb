import { attempt, byId, grouped, megabytes, on, perFrame, singleRun } from '@residual/appkit';
import { formatLoss } from '@residual/appkit/chart';
import type { StepEvent, TrainingEvent } from '@residual/train';
import type { RemoteTraining } from '@residual/train/worker';
import { durationText, remainingTime } from './remaining-time.js';

/** How the runs of a view are started and followed. */
export interface RunView<Job extends RemoteTraining> {
  /** Starts a job, or continues the saved one. */
  readonly start: (signal: AbortSignal, isResumed: boolean) => Promise<Job>;
  /** Handles an event; the next event waits for it, so that a view can wait for a frame. */
  readonly onEvent: (event: TrainingEvent, job: Job) => Promise<void> | void;
  /** The number of steps of a run; absent if it has no end of its own. */
  readonly steps?: () => number;
  /** Called with each job before its first event; returns the step from which the job continues, 0 for a new one. */
  readonly onStart?: (job: Job, isResumed: boolean) => Promise<number>;
  /** Called after the last event, also if the run failed. */
  readonly onEnd?: (job: Job) => Promise<void> | void;
  /** Called before the visitor stops a run. */
  readonly onStop?: (job: Job) => Promise<void>;
}

/** The buttons of a run. */
export interface RunPanel<Job extends RemoteTraining> {
  /** The last job; it answers requests also after its run has ended. */
  readonly job: Job | undefined;
  readonly isRunning: boolean;
  /** Starts a new run, or continues the saved one. */
  start(isResumed?: boolean): Promise<void>;
  stop(): Promise<void>;
  /** Sets the learning rate of a run. */
  setRate(rate: number): void;
  /** Pauses the run and shows a sentence. */
  pause(sentence?: string): void;
  /** Resumes a paused run. */
  resume(): void;
}

/**
 * Wires the form `PREFIX-form`, the buttons `PREFIX-start`, `PREFIX-pause` and `PREFIX-stop`, the learning rate
 * `PREFIXRate`, and the elements `PREFIX-status`, `PREFIX-figures`, `PREFIX-progress` and, in the settings,
 * `PREFIX-details`. While a run goes on, Pause is the main button.
 */
export function runPanel<Job extends RemoteTraining>(prefix: string, view: RunView<Job>): RunPanel<Job> {
  const panel = new Panel(prefix, view);
  const rate = byId<HTMLInputElement>(`${prefix}Rate`);
  on(`${prefix}-form`, 'submit', () => panel.start());
  on(`${prefix}-stop`, 'click', () => panel.stop());
  on(`${prefix}-pause`, 'click', () => panel.pauseOrResume());
  rate.addEventListener('input', () => attempt(() => panel.setRate(rate.valueAsNumber)));
  return panel;
}

class Panel<Job extends RemoteTraining> implements RunPanel<Job> {
  job: Job | undefined;
  private readonly runs = singleRun();
  private step = 0;
  private steps = 0;
  private readonly remaining = remainingTime();
  private readonly progress: HTMLProgressElement;
  private readonly startLabel: string;
  private readonly figures = perFrame<{ readonly event: StepEvent; readonly left: number | undefined }>(
    ({ event, left }) => {
      byId(`${this.prefix}-figures`).textContent = figuresOf(event, this.steps, left);
      byId(`${this.prefix}-details`).textContent = detailsOf(event);
      if (this.steps > 0) this.progress.value = event.step / this.steps;
    },
    100,
  );

  constructor(
    private readonly prefix: string,
    private readonly view: RunView<Job>,
  ) {
    this.progress = byId<HTMLProgressElement>(`${prefix}-progress`);
    this.progress.hidden = !view.steps;
    this.startLabel = byId(`${prefix}-start`).textContent!;
  }

  get isRunning(): boolean {
    return this.runs.isRunning;
  }

  async start(isResumed = false): Promise<void> {
    await this.stop();
    await this.runs.start(async signal => {
      this.show('Starting.');
      let sentence = '';
      try {
        await this.run(signal, isResumed);
        sentence = `Finished after step ${this.step}.`;
      } catch (error) {
        sentence = `${signal.aborted ? 'Stopped' : 'Stopped by an error'} after step ${this.step}.`;
        if (!signal.aborted) throw explainError(error, this.job?.learningRate);
      } finally {
        this.show(sentence, false);
      }
    });
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return;
    if (this.job) await this.view.onStop?.(this.job);
    await this.runs.end();
  }

  pauseOrResume(): void {
    if (this.job?.isPaused) this.resume();
    else this.pause();
  }

  pause(sentence = `Paused after step ${this.step}.`): void {
    this.job?.pause();
    this.remaining.reset();
    this.show(sentence);
  }

  resume(): void {
    this.job?.resume();
    this.show('Training.');
  }

  setRate(rate: number): void {
    if (!(rate >= 0)) throw new RangeError(`The learning rate must be a number of 0 or more.`);
    if (this.job && this.isRunning) this.job.learningRate = rate;
  }

  private async run(signal: AbortSignal, isResumed: boolean): Promise<void> {
    await this.job?.dispose();
    this.job = undefined;
    this.step = 0;
    this.steps = this.view.steps?.() ?? 0;
    this.remaining.reset();
    byId(`${this.prefix}-figures`).textContent = '';
    this.progress.value = 0;
    const job = await this.view.start(signal, isResumed);
    this.job = job;
    try {
      this.step = (await this.view.onStart?.(job, isResumed)) ?? 0;
      this.show('Training.');
      for await (const event of job) {
        this.step = event.step;
        if (event.type === 'step')
          this.figures({ event, left: this.remaining.add(event.step, performance.now(), this.steps) });
        if (job.isPaused) this.pause(); // this event was already under way
        await this.view.onEvent(event, job);
      }
    } finally {
      await this.view.onEnd?.(job);
    }
  }

  private show(sentence: string, isRunning = true): void {
    const button = (name: string) => byId<HTMLButtonElement>(`${this.prefix}-${name}`);
    byId(`${this.prefix}-status`).textContent = sentence;
    button('pause').disabled = button('stop').disabled = !isRunning;
    button('start').classList.toggle('primary', !isRunning);
    button('pause').classList.toggle('primary', isRunning);
    button('start').textContent = this.step > 0 || isRunning ? 'Start again' : this.startLabel;
    button('pause').textContent = isRunning && this.job?.isPaused ? 'Resume' : 'Pause';
  }
}

/** Explains a loss that is not finite by the learning rate; returns any other error unchanged. */
function explainError(error: unknown, rate: number | undefined): unknown {
  const { code, details } = error as { code?: string; details?: { step?: number } };
  if (code !== 'not-finite') return error;
  return new Error(
    `At step ${details?.step} the loss is not a finite number: the learning rate, ${rate}, is too high here. ` +
      'Start again with a smaller one.',
    { cause: error },
  );
}

/** How far a run is: its step, its loss and the time that is left. */
const figuresOf = ({ step, loss }: StepEvent, steps: number, left: number | undefined) =>
  [
    steps > 0 ? `step ${step} of ${grouped(steps)}` : `step ${step}`,
    `loss ${formatLoss(loss)}`,
    ...(steps > step && left !== undefined ? [`${durationText(left)} left`] : []),
  ].join(' · ');

/** What a run costs, for those who want to know. */
const detailsOf = ({ step, gradientNorm, learningRate, tokensPerSecond, memoryUsage }: StepEvent) =>
  [
    `step ${step}`,
    `learning rate ${learningRate}`,
    `gradient ${formatLoss(gradientNorm)}`,
    ...(tokensPerSecond > 0 ? [`${grouped(Math.round(tokensPerSecond))} tokens per second`] : []),
    `${memoryUsage.tensors} tensors, ${bytesOf(memoryUsage.bytes)}`,
  ].join(' · ');

const bytesOf = (bytes: number) => (bytes < 1e5 ? `${bytes} bytes` : `${megabytes(bytes)} MB`);
