import type { Remote } from '@residual/appkit/calls';
import type { Calls } from './calls.js';
import type { SessionSettings } from './session.js';
import type { FeatureList, LearningStep, OnProgress, Written } from './types.js';

/** Hears of the training. */
export interface TrainingReport {
  readonly writing: (written: Written | undefined, stories: number) => void;
  readonly learning: (step: LearningStep, steps: number) => void;
  readonly looking: OnProgress;
}

/**
 * Trains in the worker: stories are written, the autoencoder learns, its features are looked up. An abort while it
 * learns ends the learning and keeps what was learned; before and after, the call rejects.
 */
export async function train(
  calls: Remote<Calls>,
  settings: SessionSettings,
  report: TrainingReport,
  signal: AbortSignal,
): Promise<FeatureList> {
  const { stories, steps } = settings;
  await calls.begin(settings, signal);
  report.writing(undefined, stories);
  for (let count = 0; count < stories; ) {
    const written = await calls.write(signal);
    report.writing(written, stories);
    count = written.stories;
  }
  let last = 0;
  while (last < steps && !(signal.aborted && last > 0)) {
    const step = await calls.step();
    if (!step) break;
    last = step.step;
    report.learning(step, steps);
  }
  if (last === 0) signal.throwIfAborted();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => report.looking(data);
  report.looking({ done: 0, total: 2 * stories });
  try {
    return signal.aborted ? await calls.list(port2) : await calls.list(port2, signal);
  } finally {
    port1.close();
  }
}
