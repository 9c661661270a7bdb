import {
  expectTokenizer,
  type LoadOptions,
  type ModelChoice,
  type ModelOrigin,
  type OnDownload,
  shippedModel,
  sourceOf,
  weightsOf,
} from '@residual/appkit';
import { pageModel, startModels } from '@residual/appkit/models';
import type { RemoteModel } from '@residual/model/worker';
import { type StrokeTokenizer, strokeTokenizer } from '@residual/vision';

/** The worker with its backends and the loaded model. */
export interface Session {
  readonly backends: readonly string[];
  /** Whether WebGL is missing or runs in software, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** The loaded model. Errors before the first one is loaded. */
  readonly model: RemoteModel;
  readonly isLoaded: boolean;
  readonly origin: ModelOrigin;
  /** The tokens of drawings on the grid of the model; of 32 x 32 before one is loaded. */
  readonly strokes: StrokeTokenizer;
  /** Loads a model on a backend and replaces the current one; if that fails, the current one stays. */
  load(origin: ModelOrigin, choice: ModelChoice, options: LoadOptions): Promise<void>;
}

/** Starts the worker and reports its downloads. */
export async function openSession(onDownload: OnDownload): Promise<Session> {
  const { models, backends, softwareGraphics, useBackend } = await startModels(onDownload);
  const page = pageModel(models, useBackend);
  let origin: ModelOrigin = 'shipped';
  let strokes = strokeTokenizer();
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
    get strokes() {
      return strokes;
    },
    load: async (from, { backend, weights }, options) => {
      const source = sourceOf(from, shippedModel('drawings'));
      await page.load({ ...source, check, backend, ...weightsOf(weights), ...options });
      origin = from;
      strokes = strokeTokenizer({ grid: gridOf(page.model)! });
    },
  };
}

/** Columns and rows of the points of a model that draws; undefined for another one. */
function gridOf({ config, kind }: Pick<RemoteModel, 'config' | 'kind'>): number | undefined {
  const { model_type: type, grid_size: grid = 32 } = config;
  return kind === 'causal-lm' && type === 'residual_drawing' && typeof grid === 'number' ? grid : undefined;
}

/** Errors if the page cannot use a model. */
async function check(model: RemoteModel): Promise<void> {
  if (gridOf(model) === undefined)
    throw new Error(
      `This page is for models that draw, such as those of \`residual train drawings\`; ${model.family} does not.`,
    );
  await expectTokenizer(model);
}
