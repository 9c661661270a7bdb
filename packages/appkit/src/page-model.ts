import type { LoadModelOptions, LoadProgress, ModelSource, WeightForm } from '@residual/model';
import type { Models, RemoteModel } from '@residual/model/worker';
import { anySignal, guardedModel, type RunExclusive } from './guarded-model.js';

/** The source of a model, its backend, and how loading is observed and aborted. */
export interface PageLoad {
  readonly source: ModelSource;
  /** The choice of the visitor: the name of a backend, or `auto`. */
  readonly backend: string;
  readonly hub?: LoadModelOptions['hub'];
  /** How the weight matrices are held; as `loadModel` chooses if absent. */
  readonly weights?: WeightForm;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (progress: LoadProgress) => void;
  /** Errors if the page cannot use the loaded model. */
  readonly check?: (model: RemoteModel) => Promise<void> | void;
}

/** The one model of a page. */
export interface PageModel {
  /** The loaded model. Calls during the loading of another model wait. Errors before the first model is loaded. */
  readonly model: RemoteModel;
  readonly isLoaded: boolean;
  /**
   * Loads a model and replaces the current one. If that fails or is aborted, the current model stays on its own
   * backend. Running and waiting calls on the current model end with an `AbortError` first, because only one backend is
   * active at a time. Of several concurrent loads the last one counts.
   */
  load(load: PageLoad): Promise<void>;
  /**
   * Loads a second model beside the current one, on its backend, for as long as `use` runs. Ends with an `AbortError`
   * if the current model is replaced meanwhile.
   */
  beside<Result>(
    load: Omit<PageLoad, 'backend' | 'check'>,
    use: (model: RemoteModel) => Promise<Result>,
  ): Promise<Result>;
}

/** Manages the model of a page; `useBackend` selects a backend by the name that a visitor chose. */
export function pageModel(
  models: Pick<Models, 'load' | 'useBackend'>,
  useBackend: (name: string) => Promise<unknown>,
): PageModel {
  let current: { readonly loaded: RemoteModel; readonly guarded: RemoteModel } | undefined;
  let ending = new AbortController(); // aborts all running calls
  let loading: { readonly done: Promise<void>; readonly abort: AbortController } | undefined;
  const running = new Set<Promise<unknown>>();

  const replacedError = () => new DOMException('Another model was loaded meanwhile.', 'AbortError');

  /** Runs the calls of a model while no other model is loading. */
  const runExclusive =
    (loaded: RemoteModel): RunExclusive =>
    async act => {
      while (loading) await loading.done.catch(() => {});
      if (current?.loaded !== loaded) throw replacedError();
      const result = act(ending.signal);
      running.add(result);
      return result.finally(() => running.delete(result));
    };

  const replaceModel = async ({ source, backend, check, ...options }: PageLoad): Promise<void> => {
    ending.abort(replacedError());
    await Promise.allSettled(running);
    ending = new AbortController();
    const before = current?.loaded;
    try {
      options.signal?.throwIfAborted();
      await useBackend(backend);
      const loaded = await models.load(source, options);
      try {
        await check?.(loaded);
        options.signal?.throwIfAborted();
      } catch (error) {
        await loaded.dispose();
        throw error;
      }
      current = { loaded, guarded: guardedModel(loaded, runExclusive(loaded)) };
      await before?.dispose();
    } catch (error) {
      if (before) await models.useBackend(before.backend);
      throw error;
    }
  };

  return {
    get model() {
      if (!current) throw new Error('The model is not loaded yet.');
      return current.guarded;
    },
    get isLoaded() {
      return current !== undefined;
    },
    beside: async ({ source, signal, ...options }, use) => {
      if (!current) throw new Error('The model is not loaded yet.');
      return runExclusive(current.loaded)(async replaced => {
        const model = await models.load(source, { ...options, signal: anySignal(signal, replaced) });
        try {
          return await use(guardedModel(model, act => act(replaced)));
        } finally {
          await model.dispose();
        }
      });
    },
    load: async load => {
      const abort = new AbortController();
      const last = loading;
      last?.abort.abort(replacedError());
      const signal = anySignal(load.signal, abort.signal);
      const done = (last?.done.catch(() => {}) ?? Promise.resolve()).then(() => replaceModel({ ...load, signal }));
      const own = { done, abort };
      loading = own;
      try {
        await done;
      } finally {
        if (loading === own) loading = undefined;
      }
    },
  };
}
