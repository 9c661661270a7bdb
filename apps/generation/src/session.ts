import type { LoadProgress } from '@residual/model';
import { connectModels, type Models, type RemoteModel } from '@residual/model/worker';
import { megabytes } from './page.js';

/** The shipped model, relative to where the page lies. */
const shipped = () => new URL('../models/stories/', document.baseURI);

/** Where a model comes from: the shipped one, a Hugging Face id, or files that someone dropped. */
export type Origin = 'shipped' | { readonly id: string } | { readonly files: readonly File[] };

/** The worker with its backends and the one model that is loaded. */
export interface Session {
  readonly backends: readonly string[];
  /** The model in use. Errors before one is loaded. */
  readonly model: RemoteModel;
  readonly origin: Origin;
  /** Loads a model on a backend and puts it in the place of the last; where that fails the last stays on its own backend. */
  load(origin: Origin, backend: string): Promise<RemoteModel>;
  /** The text of each token by itself. */
  textsOf(ids: readonly number[]): Promise<readonly string[]>;
}

/** Starts the worker; `report` is told in words how far loading is. */
export async function openSession(report: (words: string, done: number, total: number) => void): Promise<Session> {
  const worker = new Worker(new URL('./worker-entry.ts', import.meta.url), { type: 'module' });
  const softwareGraphics = await readiness(worker);
  const models: Models = connectModels(worker);
  const backends = (await models.backends()).filter(name => name !== 'cpu');
  let model: RemoteModel | undefined;
  let origin: Origin = 'shipped';
  let texts = new Map<number, string>();

  const onProgress = (progress: LoadProgress) => {
    const { done, total } = progress;
    if (progress.stage === 'weights') report(`placing weights: ${done} of ${total}`, done, total);
    else report(`${progress.file}: ${megabytes(done)} of ${megabytes(total)}`, done, total);
  };
  const nameOf = (backend: string) => (backend !== 'auto' ? backend : softwareGraphics ? 'wasm' : 'webgl');
  const sourceOf = (from: Origin) => (from === 'shipped' ? shipped() : 'id' in from ? from.id : from.files);

  return {
    backends,
    get model() {
      if (!model) throw new Error('No model is loaded yet.');
      return model;
    },
    get origin() {
      return origin;
    },
    load: async (from, backend) => {
      const before = model?.backend;
      await models.useBackend(nameOf(backend));
      try {
        const loaded = await models.load(sourceOf(from), { onProgress });
        await model?.dispose();
        [model, origin, texts] = [loaded, from, new Map()];
        return loaded;
      } catch (error) {
        if (before) await models.useBackend(before);
        throw error;
      }
    },
    textsOf: async ids => {
      const [known, current] = [texts, model!];
      const missing = [...new Set(ids)].filter(id => !known.has(id));
      const decoded = await Promise.all(missing.map(id => current.decode([id], { skipSpecialTokens: false })));
      missing.forEach((id, i) => {
        known.set(id, decoded[i] ?? `#${id}`);
      });
      return ids.map(id => known.get(id)!);
    },
  };
}

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
