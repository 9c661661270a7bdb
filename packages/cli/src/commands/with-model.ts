import type { Model } from '@residual/model';
import { type NodeBackend, startBackend } from '../machine/backends.js';
import { type ProgressLine, progressLine } from '../output.js';

/** The model, the signal and the progress line of a running command. */
export interface CommandContext {
  readonly model: Model;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
}

/**
 * Loads a model on a backend, shows the progress, runs `use` and disposes the model. Returns the exit code of `use`, or
 * 130 after Ctrl-C.
 */
export async function withModel(
  { model: source, backend }: { readonly model: string; readonly backend: NodeBackend },
  use: (context: CommandContext) => Promise<number>,
): Promise<number> {
  await startBackend(backend);
  const { loadModel } = await import('@residual/model');
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  const progress = progressLine();
  const { signal } = abort;
  try {
    const model = await loadModel(source, { onProgress: progress.loading, signal });
    progress.end();
    try {
      return await use({ model, signal, progress });
    } finally {
      model.dispose();
    }
  } catch (error) {
    if (signal.aborted) return 130;
    throw error;
  } finally {
    progress.end();
    process.off('SIGINT', interrupt);
  }
}
