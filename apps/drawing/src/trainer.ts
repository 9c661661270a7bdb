import { loadingView, loadOnce } from '@residual/appkit';
import { startWorker } from '@residual/appkit/downloads';
import { whenReady } from '@residual/appkit/workers';
import type { LoadProgress } from '@residual/model';
import { connectTraining, type Trainer } from '@residual/train/worker';
import type { jobs } from './work/jobs.js';
import script from './worker-entry.ts?worker&url';

/** Returns a function that starts the worker that trains, at its first call; its downloads are shown. */
export function trainingWorker(): () => Promise<Trainer<typeof jobs>> {
  return loadOnce(async () => {
    const view = loadingView('own-loading');
    const worker = await startWorker(script, view.download);
    worker.addEventListener('message', ({ data }: MessageEvent<{ loading?: LoadProgress }>) => {
      if (data.loading) view.onProgress(data.loading);
    });
    await whenReady<unknown>(worker);
    return connectTraining<typeof jobs>(worker);
  });
}
