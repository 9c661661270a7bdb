import { connectModels, type Models } from '@residual/model/worker';
import { type OnDownload, startWorker } from './downloads.js';
import script from './worker-entry.ts?worker&url';
import { selectBackend, whenReady } from './workers.js';

export { type PageLoad, type PageModel, pageModel } from './page-model.js';

/** A worker in which models run, with the backends that this machine has. */
export interface ModelWorker {
  readonly models: Models;
  /** The names of its backends, but for the slow `cpu`. */
  readonly backends: readonly string[];
  /** Whether WebGL is missing or simulated on the processor here, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** Takes a backend by its name and gives it; `auto` takes the graphics card where there is a real one, else WebAssembly. */
  useBackend(name: string): Promise<string>;
}

/** Starts the worker, and tells of all that it downloads; errors where it does not start. */
export async function startModels(onDownload: OnDownload): Promise<ModelWorker> {
  const worker = await startWorker(script, onDownload);
  const { softwareGraphics } = await whenReady<{ softwareGraphics: boolean }>(worker);
  const models = connectModels(worker);
  return {
    models,
    backends: (await models.backends()).filter(name => name !== 'cpu'),
    softwareGraphics,
    useBackend: name => selectBackend(name, () => softwareGraphics, models.useBackend),
  };
}
