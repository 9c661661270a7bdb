import { wordsOf } from '@residual/appkit';
import { startModels } from '@residual/appkit/models';
import type { LoadProgress } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';
import { tokenTexts } from './token-texts.js';

/** The shipped model, relative to where the page lies. */
const shipped = () => new URL('../models/stories/', document.baseURI);

/** Where a model comes from: the shipped one, a Hugging Face id or a URL, or files that someone dropped. */
export type Origin = 'shipped' | { readonly id: string; readonly hub: string } | { readonly files: readonly File[] };

/** How loading is watched and ended. */
export interface Loading {
  readonly signal: AbortSignal;
  /** Told in words and numbers how far it is. */
  readonly report: (words: string, done: number, total: number) => void;
}

/** The worker with its backends and the one model that is loaded. */
export interface Session {
  readonly backends: readonly string[];
  /** Whether WebGL is missing or simulated on the processor here, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** The model in use. Errors before one is loaded. */
  readonly model: RemoteModel;
  readonly origin: Origin;
  /** Loads a model on a backend and puts it in the place of the last; where that fails the last stays on its own backend. */
  load(origin: Origin, backend: string, loading: Loading): Promise<void>;
  /** The text of each token by itself. */
  textsOf(ids: readonly number[]): Promise<readonly string[]>;
}

/** Starts the worker. */
export async function openSession(): Promise<Session> {
  const { models, backends, softwareGraphics, useBackend } = await startModels();
  let model: RemoteModel | undefined;
  let origin: Origin = 'shipped';
  let textsOf = tokenTexts(() => Promise.resolve(''));

  return {
    backends,
    softwareGraphics,
    get model() {
      if (!model) throw new Error('No model is loaded yet.');
      return model;
    },
    get origin() {
      return origin;
    },
    load: async (from, backend, { signal, report }) => {
      const before = model?.backend;
      await useBackend(backend);
      const source = from === 'shipped' ? shipped() : 'id' in from ? from.id : from.files;
      const hub = typeof from === 'object' && 'hub' in from && from.hub !== '' ? { endpoint: from.hub } : {};
      const onProgress = (progress: LoadProgress) => report(wordsOf(progress), progress.done, progress.total);
      try {
        const loaded = await models.load(source, { hub, signal, onProgress });
        await check(loaded).catch(async error => {
          await loaded.dispose();
          throw error;
        });
        await model?.dispose();
        [model, origin] = [loaded, from];
        textsOf = tokenTexts(ids => loaded.decode(ids, { skipSpecialTokens: false }));
      } catch (error) {
        if (before) await models.useBackend(before);
        throw error;
      }
    },
    textsOf: ids => textsOf(ids),
  };
}

/** Errors where the page cannot show what a model does. */
async function check(model: RemoteModel): Promise<void> {
  if (model.kind !== 'causal-lm') {
    throw new Error(
      `This page is for models that continue a text; ${model.family} writes another one from its source.`,
    );
  }
  await model.encode('a').catch(() => {
    throw new Error('This page needs the tokenizer.json of the model too.');
  });
}
