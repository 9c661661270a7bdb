import {
  expectTokenizer,
  type LoadOptions,
  type ModelChoice,
  type ModelOrigin,
  type OnDownload,
  shippedImageText,
  sourceOf,
  weightsOf,
} from '@residual/appkit';
import { pageModel, startModels } from '@residual/appkit/models';
import type { RemoteModel } from '@residual/model/worker';

/** The worker with its backends and the loaded model. */
export interface Session {
  readonly backends: readonly string[];
  /** Whether WebGL is missing or runs in software, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** The loaded model. Errors before the first one is loaded. */
  readonly model: RemoteModel;
  readonly isLoaded: boolean;
  readonly origin: ModelOrigin;
  /** The side of the pictures that the model reads, in pixels. */
  readonly size: number;
  /** Whether the vectors that come with the page are those of the loaded model. */
  readonly hasVectors: boolean;
  /** Loads a model on a backend and replaces the current one; if that fails, the current one stays. */
  load(origin: ModelOrigin, choice: ModelChoice, options: LoadOptions): Promise<void>;
}

/** Starts the worker and reports its downloads. */
export async function openSession(onDownload: OnDownload): Promise<Session> {
  const { models, backends, softwareGraphics, useBackend } = await startModels(onDownload);
  const page = pageModel(models, useBackend);
  const shipped = shippedImageText('emoji-clip');
  let origin: ModelOrigin = 'shipped';
  let hasVectors = false;
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
    get size() {
      return sizeOf(page.model);
    },
    get hasVectors() {
      return hasVectors;
    },
    load: async (from, { backend, weights }, options) => {
      await page.load({ ...sourceOf(from, shipped), check, backend, ...weightsOf(weights), ...options });
      origin = from;
      hasVectors = from === 'shipped' && weights !== 'int4';
    },
  };
}

/** The side of the pictures of a model; 224 if its config does not say it. */
function sizeOf({ config }: Pick<RemoteModel, 'config'>): number {
  const { image_size: size } = (config.vision_config ?? {}) as { readonly image_size?: unknown };
  return typeof size === 'number' && size >= 1 && size <= 1024 ? size : 224;
}

/** Errors if the page cannot use a model. */
async function check(model: RemoteModel): Promise<void> {
  if (model.kind !== 'image-text')
    throw new Error(`This page is for models that compare pictures and words, such as CLIP; ${model.family} does not.`);
  await expectTokenizer(model);
  const size = sizeOf(model);
  const white = { width: size, height: size, channels: 3, data: new Uint8Array(3 * size * size).fill(255) };
  await model.embedImage(white).catch((error: Error) => {
    throw /preprocessor_config/.test(error.message)
      ? new Error('This page needs the preprocessor_config.json of the model too.')
      : error;
  });
}
