import { connectModels, type Models } from '@residual/model/worker';
import { type OnDownload, startWorker } from './downloads.js';
import script from './worker-entry.ts?worker&url';
import { selectBackend, whenReady } from './workers.js';

export { type PageLoad, type PageModel, pageModel } from './page-model.js';

/** A worker that runs models, with the backends of this machine. */
export interface ModelWorker {
  readonly models: Models;
  /** The names of its backends, without the slow `cpu`. */
  readonly backends: readonly string[];
  /** Whether WebGL is missing or runs in software, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** Selects a backend by name and returns its name; `auto` is WebGL with a real graphics card, else WebAssembly. */
  useBackend(name: string): Promise<string>;
}

/** Starts the worker and reports its downloads. Errors if it does not start. */
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
