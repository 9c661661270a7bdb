import { connectModels, type Models } from '@residual/model/worker';

/** A worker in which models run, with the backends that this machine has. */
export interface ModelWorker {
  readonly models: Models;
  /** The names of its backends, but for the slow `cpu`. */
  readonly backends: readonly string[];
  /** Whether WebGL is missing or simulated on the processor here, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** Takes a backend by its name; `auto` takes the graphics card where there is a real one, else WebAssembly. */
  useBackend(name: string): Promise<void>;
}

/** Starts the worker; errors where it does not start. */
export async function startModels(): Promise<ModelWorker> {
  const worker = new Worker(new URL('./worker-entry.ts', import.meta.url), { type: 'module' });
  const softwareGraphics = await readiness(worker);
  const models = connectModels(worker);
  return {
    models,
    backends: (await models.backends()).filter(name => name !== 'cpu'),
    softwareGraphics,
    useBackend: async name => {
      if (name !== 'auto') return models.useBackend(name);
      if (softwareGraphics) return models.useBackend('wasm');
      return models.useBackend('webgl').catch(() => models.useBackend('wasm'));
    },
  };
}

/** Waits until a worker says that its backends are there; gives whether its graphics are software. */
function readiness(worker: Worker): Promise<boolean> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('error', event => reject(new Error(`The worker did not start: ${event.message}`)));
    worker.addEventListener('message', ({ data }) => {
      const said = data as { ready?: boolean; softwareGraphics?: boolean };
      if (said.ready) resolve(said.softwareGraphics === true);
    });
  });
}
