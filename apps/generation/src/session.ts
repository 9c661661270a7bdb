import {
  expectTokenizer,
  type LoadOptions,
  type ModelChoice,
  type ModelOrigin,
  type OfferedForm,
  type OnDownload,
  shippedModel,
  sourceOf,
  tokenTexts,
  type WeightChoice,
  weightsOf,
} from '@residual/appkit';
import { pageModel, startModels } from '@residual/appkit/models';
import type { SourceSize } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';

/** The worker with its backends and the loaded model. */
export interface Session {
  readonly backends: readonly string[];
  /** Whether WebGL is missing or runs in software, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** The loaded model; calls during the loading of another model wait. Errors before the first one is loaded. */
  readonly model: RemoteModel;
  readonly isLoaded: boolean;
  readonly origin: ModelOrigin;
  /**
   * Loads a model on a backend and replaces the current one; if that fails, the current one stays on its own backend.
   */
  load(origin: ModelOrigin, choice: ModelChoice, options: LoadOptions): Promise<void>;
  /** What a model would take, before it is downloaded. */
  sizeOf(origin: ModelOrigin, weights: WeightChoice, signal: AbortSignal): Promise<SourceSize>;
  /** Loads the current model once more with its weights in another form, for as long as `use` runs. */
  inForm<Result>(weights: OfferedForm, use: (model: RemoteModel) => Promise<Result>): Promise<Result>;
  /** The text of each token. */
  textsOf(ids: readonly number[]): Promise<readonly string[]>;
}

/** Starts the worker and reports its downloads. */
export async function openSession(onDownload: OnDownload): Promise<Session> {
  const { models, backends, softwareGraphics, useBackend } = await startModels(onDownload);
  const page = pageModel(models, useBackend);
  const shipped = shippedModel('stories');
  let origin: ModelOrigin = 'shipped';
  let textsOf = tokenTexts(() => Promise.resolve(''));

  return {
    backends,
    softwareGraphics,
    get model() {
      return page.model;
    },
    get isLoaded() {
      return page.isLoaded;
    },
    get origin() {
      return origin;
    },
    sizeOf: async (from, weights, signal) => {
      const { source, hub } = sourceOf(from, shipped);
      return models.size(source, { hub, ...weightsOf(weights), signal });
    },
    inForm: (weights, use) => page.beside({ ...sourceOf(origin, shipped), weights }, use),
    load: async (from, { backend, weights }, options) => {
      await page.load({ ...sourceOf(from, shipped), check, backend, ...weightsOf(weights), ...options });
      origin = from;
      const { model } = page;
      textsOf = tokenTexts(ids => model.decode(ids, { skipSpecialTokens: false }));
    },
    textsOf: ids => textsOf(ids),
  };
}

/** Errors if the page cannot use a model. */
async function check(model: RemoteModel): Promise<void> {
  if (model.kind !== 'causal-lm') {
    throw new Error(`This page is for models that continue a text; ${model.family} writes a new text from a source.`);
  }
  await expectTokenizer(model);
}
