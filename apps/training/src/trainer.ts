import { type LoadingView, loadingView, loadOnce } from '@residual/appkit';
import { startWorker } from '@residual/appkit/downloads';
import { whenReady } from '@residual/appkit/workers';
import type { LoadProgress } from '@residual/model';
import { connectTraining, type Trainer } from '@residual/train/worker';
import type { jobs } from './work/jobs.js';
import script from './worker-entry.ts?worker&url';

/** A worker that trains, with its report at the start. */
export interface TrainingWorker {
  readonly trainer: Trainer<typeof jobs>;
  /** The names of its backends, without the slow `cpu`. */
  readonly backends: readonly string[];
  readonly softwareGraphics: boolean;
}

/**
 * Returns a function that starts the worker of a view at its first call; each view has its own worker. Its downloads
 * are shown in the element `place`; `onSurvey` is called with the share of a ground that is measured.
 */
export function trainingWorker(
  place = 'starting',
  onSurvey: (share: number) => void = () => {},
): () => Promise<TrainingWorker> {
  return loadOnce(() => start(loadingView(place), onSurvey));
}

async function start(view: LoadingView, onSurvey: (share: number) => void): Promise<TrainingWorker> {
  const worker = await startWorker(script, view.download);
  worker.addEventListener('message', ({ data }) => {
    const { loading, surveyed } = data as { loading?: LoadProgress; surveyed?: number };
    if (surveyed !== undefined) onSurvey(surveyed);
    if (loading) view.onProgress(loading);
  });
  const report = await whenReady<Omit<TrainingWorker, 'trainer'>>(worker);
  return { ...report, trainer: connectTraining<typeof jobs>(worker) };
}
