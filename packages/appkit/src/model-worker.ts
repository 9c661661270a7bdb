import { connectModels, type Models } from '@residual/model/worker';
import { type OnDownload, startWorker } from './downloads.js';
import { selectBackend, whenReady } from './workers.js';

export { type PageLoad, type PageModel, pageModel } from './page-model.js';

/** A worker that runs models, with the backends of this machine. */
export interface ModelWorker {
  readonly worker: Worker;
  readonly models: Models;
  /** The names of its backends, without the slow `cpu`. */
  readonly backends: readonly string[];
  /** Whether WebGL is missing or runs in software, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** Selects a backend by name and returns its name; `auto` is WebGL with a real graphics card, else WebAssembly. */
  useBackend(name: string): Promise<string>;
}

/**
 * Starts a worker that serves models, from the address of its script, and reports its downloads. A script that serves
 * more than models calls `serveModelsHere` of `@residual/appkit/serve-models`. Errors if it does not start.
 */
export async function startModelWorker(script: string, onDownload: OnDownload): Promise<ModelWorker> {
  const worker = await startWorker(script, onDownload);
  const { softwareGraphics } = await whenReady<{ softwareGraphics: boolean }>(worker);
  const models = connectModels(worker);
  return {
    worker,
    models,
    backends: (await models.backends()).filter(name => name !== 'cpu'),
    softwareGraphics,
    useBackend: name => selectBackend(name, () => softwareGraphics, models.useBackend),
  };
}
