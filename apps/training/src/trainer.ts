import { readiness } from '@residual/appkit/workers';
import type { LoadProgress } from '@residual/model';
import { connectTraining, type Trainer } from '@residual/train/worker';
import type { jobs } from './work/jobs.js';

/** A worker that trains, with what it said when it was ready. */
export interface Work {
  readonly trainer: Trainer<typeof jobs>;
  /** The names of its backends, but for the slow `cpu`. */
  readonly backends: readonly string[];
  readonly softwareGraphics: boolean;
}

/** Gives the worker of a view, which is started when it is first asked for: views do not wait for each other. */
export function ownWork(onLoading?: (progress: LoadProgress) => void): () => Promise<Work> {
  let work: Promise<Work> | undefined;
  return () => {
    work ??= begin(onLoading);
    return work;
  };
}

async function begin(onLoading?: (progress: LoadProgress) => void): Promise<Work> {
  const worker = new Worker(new URL('./worker-entry.ts', import.meta.url), { type: 'module' });
  worker.addEventListener('message', ({ data }) => {
    const { loading } = data as { loading?: LoadProgress };
    if (loading) onLoading?.(loading);
  });
  const said = await readiness<Omit<Work, 'trainer'>>(worker);
  return { ...said, trainer: connectTraining<typeof jobs>(worker) };
}
