import type { EvaluationEvent, StepEvent } from '@residual/train';
import type { GptJob } from './gpt-snapshots.js';
import { lossesView } from './losses-view.js';
import { samplesView } from './samples-view.js';
import type { History } from './saved-run.js';

/** The losses and the samples of a character GPT so far. */
export interface HistoryView {
  addLoss(event: StepEvent | EvaluationEvent): void;
  /** Samples a text from the model and shows it. */
  addSample(event: EvaluationEvent | StepEvent, job: GptJob): Promise<void>;
  clear(): void;
  /** Shows the history of a saved run. */
  restore(history: History): void;
  /** Saves the history with the next checkpoint. */
  save(job: GptJob): Promise<void>;
}

/** Wires the chart of the losses and the list of the samples. */
export function historyView(): HistoryView {
  const [losses, samples] = [lossesView(), samplesView()];
  return {
    addLoss: losses.add,
    addSample: samples.take,
    clear: () => {
      losses.clear();
      samples.clear();
    },
    restore: history => {
      losses.restore(history.losses);
      samples.clear();
      for (const sample of history.samples) samples.put(sample);
    },
    save: job => job.ask('note', { losses: losses.all, samples: samples.all }),
  };
}
