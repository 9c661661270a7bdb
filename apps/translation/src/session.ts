import type { LoadProgress } from '@residual/model';
import { connectModels, type RemoteModel } from '@residual/model/worker';

/** The worker with its backends and the model, loaded on one of them. */
export interface Session {
  readonly backends: readonly string[];
  /** Whether WebGL is missing or simulated on the processor here, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** Errors before the model is loaded. */
  readonly model: RemoteModel;
  readonly isLoaded: boolean;
  /** The id of the token that ends a text. */
  readonly end: number;
  /** The text of a token: its piece of the vocabulary, with a space where it begins a word. */
  textOf(id: number): string;
  /** Loads the model on a backend; where that fails the last one stays on its own. */
  load(backend: string, report: (words: string, done: number, total: number) => void): Promise<void>;
}

/** Starts the worker. */
export async function openSession(): Promise<Session> {
  const worker = new Worker(new URL('./worker-entry.ts', import.meta.url), { type: 'module' });
  const softwareGraphics = await readiness(worker);
  const models = connectModels(worker);
  const backends = (await models.backends()).filter(name => name !== 'cpu');
  let model: RemoteModel | undefined;
  let texts: readonly string[] = [];

  const useBackend = async (name: string) => {
    if (name !== 'auto') return models.useBackend(name);
    if (softwareGraphics) return models.useBackend('wasm');
    return models.useBackend('webgl').catch(() => models.useBackend('wasm'));
  };

  return {
    backends,
    softwareGraphics,
    get model() {
      if (!model) throw new Error('The model is not loaded yet.');
      return model;
    },
    get isLoaded() {
      return model !== undefined;
    },
    get end() {
      return Number(model?.config.eos_token_id ?? 0);
    },
    textOf: id => texts[id] ?? `#${id}`,
    load: async (backend, report) => {
      const before = model?.backend;
      try {
        await useBackend(backend);
        const onProgress = (progress: LoadProgress) => report(wordsOf(progress), progress.done, progress.total);
        const loaded = await models.load(new URL('../models/en-fr/', document.baseURI), { onProgress });
        const pieces = await loaded.tokenOf(Array.from({ length: loaded.vocab }, (_, id) => id));
        texts = pieces.map((piece, id) => piece?.replaceAll('▁', ' ') ?? `#${id}`);
        await model?.dispose();
        model = loaded;
      } catch (error) {
        if (before) await models.useBackend(before);
        throw error;
      }
    },
  };
}

const wordsOf = (progress: LoadProgress) =>
  progress.stage === 'weights'
    ? `Placing weights: ${progress.done} of ${progress.total}`
    : `Loading ${progress.file}: ${(progress.done / 1e6).toFixed(1)} MB of ${(progress.total / 1e6).toFixed(1)} MB`;

/** Waits until the worker says that its backends are there; gives whether its graphics are software. */
function readiness(worker: Worker): Promise<boolean> {
  return new Promise((resolve, reject) => {
    worker.addEventListener('error', event => reject(new Error(`The worker did not start: ${event.message}`)));
    worker.addEventListener('message', ({ data }) => {
      const said = data as { ready?: boolean; softwareGraphics?: boolean };
      if (said.ready) resolve(said.softwareGraphics === true);
    });
  });
}
