import { type OnDownload, shippedModel } from '@residual/appkit';
import { pageModel, startModels } from '@residual/appkit/models';
import type { LoadProgress } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';

/** The worker with its backends and the model, loaded on one of them. */
export interface Session {
  readonly backends: readonly string[];
  /** Whether WebGL is missing or simulated on the processor here, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** While it is loaded on another backend its calls wait. Errors before it is loaded. */
  readonly model: RemoteModel;
  readonly isLoaded: boolean;
  /** The id of the token that ends a text. */
  readonly end: number;
  /** The text of a token: its piece of the vocabulary, with a space where it begins a word. */
  textOf(id: number): string;
  /** Loads the model on a backend; where that fails the last one stays on its own. */
  load(backend: string, loading: { signal: AbortSignal; onProgress: (progress: LoadProgress) => void }): Promise<void>;
}

/** Starts the worker, and tells of all that it downloads. */
export async function openSession(onDownload: OnDownload): Promise<Session> {
  const { models, backends, softwareGraphics, useBackend } = await startModels(onDownload);
  const page = pageModel(models, useBackend);
  let texts: readonly string[] = [];

  return {
    backends,
    softwareGraphics,
    get model() {
      return page.model;
    },
    get isLoaded() {
      return page.isLoaded;
    },
    get end() {
      return page.isLoaded ? Number(page.model.config.eos_token_id ?? 0) : 0;
    },
    textOf: id => texts[id] ?? `#${id}`,
    load: async (backend, loading) => {
      const check = async (loaded: RemoteModel) => {
        const pieces = await loaded.tokenOf(Array.from({ length: loaded.vocab }, (_, id) => id));
        texts = pieces.map((piece, id) => piece?.replaceAll('▁', ' ') ?? `#${id}`);
      };
      await page.load({ source: shippedModel('en-fr'), backend, check, ...loading });
    },
  };
}
