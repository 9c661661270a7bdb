import { wordsOf } from '@residual/appkit';
import { startModels } from '@residual/appkit/models';
import type { LoadProgress } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';

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
  const { models, backends, softwareGraphics, useBackend } = await startModels();
  let model: RemoteModel | undefined;
  let texts: readonly string[] = [];

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
