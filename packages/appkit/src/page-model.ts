import type { LoadModelOptions, LoadProgress, ModelSource } from '@residual/model';
import type { Models, RemoteGeneration, RemoteModel } from '@residual/model/worker';

/** The source of a model, its backend, and how loading is observed and aborted. */
export interface PageLoad {
  readonly source: ModelSource;
  /** The choice of the visitor: the name of a backend, or `auto`. */
  readonly backend: string;
  readonly hub?: LoadModelOptions['hub'];
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

  /** Runs an action on a model while no other model is loading. */
  const runExclusive = async <Result>(loaded: RemoteModel, act: () => Promise<Result>): Promise<Result> => {
    while (loading) await loading.done.catch(() => {});
    if (current?.loaded !== loaded) throw replacedError();
    const result = act();
    running.add(result);
    return result.finally(() => running.delete(result));
  };

  const call =
    <Options extends { readonly signal?: AbortSignal | undefined }, Result>(
      loaded: RemoteModel,
      act: (input: never, options: Options) => Promise<Result>,
    ) =>
    (input: unknown, options?: Options): Promise<Result> =>
      runExclusive(loaded, () =>
        act(input as never, { ...options, signal: anySignal(options?.signal, ending.signal) } as Options),
      );

  const stream =
    <Options extends { readonly signal?: AbortSignal | undefined }, Whole, Each>(
      loaded: RemoteModel,
      act: (input: never, options: Options) => RemoteGeneration<Whole, Each>,
    ) =>
    (input: unknown, options?: Options): RemoteGeneration<Whole, Each> => {
      const start = () =>
        act(input as never, { ...options, signal: anySignal(options?.signal, ending.signal) } as Options);
      return {
        [Symbol.asyncIterator]: () => {
          let steps: AsyncIterator<Each> | undefined;
          return {
            next: () =>
              runExclusive(loaded, () => {
                steps ??= start()[Symbol.asyncIterator]();
                return steps.next();
              }),
            return: async value => (await steps?.return?.(value)) ?? { done: true, value },
          };
        },
        result: () => runExclusive(loaded, () => start().result()),
      };
    };

  const guard = (loaded: RemoteModel): RemoteModel => ({
    ...loaded,
    generate: stream(loaded, loaded.generate),
    generateBatch: stream(loaded, loaded.generateBatch),
    beamSearch: stream(loaded, loaded.beamSearch),
    beamSearchBatch: stream(loaded, loaded.beamSearchBatch),
    translate: stream(loaded, loaded.translate as never) as RemoteModel['translate'],
    forward: call(loaded, loaded.forward),
    embed: call(loaded, loaded.embed),
    embedBatch: call(loaded, loaded.embedBatch),
    contextual: call(loaded, loaded.contextual),
    tokenVectors: () => runExclusive(loaded, loaded.tokenVectors),
    save: () => runExclusive(loaded, loaded.save),
  });

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
      current = { loaded, guarded: guard(loaded) };
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

/** A signal that aborts when either of two signals does. */
function anySignal(one: AbortSignal | undefined, other: AbortSignal): AbortSignal {
  if (!one) return other;
  const both = new AbortController();
  for (const signal of [one, other]) {
    if (signal.aborted) both.abort(signal.reason);
    signal.addEventListener('abort', () => both.abort(signal.reason), { once: true, signal: both.signal });
  }
  return both.signal;
}
