import {
  expectTokenizer,
  type LoadOptions,
  type ModelChoice,
  type ModelOrigin,
  type OnDownload,
  shippedModel,
  shippedPainter,
  sourceOf,
  weightsOf,
} from '@residual/appkit';
import { pageModel, startModelWorker } from '@residual/appkit/model-worker';
import type { RemoteModel } from '@residual/model/worker';
import { connectTraining, type Trainer } from '@residual/train/worker';
import { type StrokeTokenizer, strokeTokenizer } from '@residual/vision';
import type { Chapter } from './settings.js';
import type { jobs } from './work/jobs.js';
import script from './worker-entry.ts?worker&url';

/** Where the model of a chapter comes from. */
export interface ChapterModel {
  readonly chapter: Chapter;
  readonly origin: ModelOrigin;
}

/** The worker with its backends, the loaded model, and the training on one's own drawings. */
export interface Session {
  readonly backends: readonly string[];
  /** Whether WebGL is missing or runs in software, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** The loaded model. Errors before the first one is loaded. */
  readonly model: RemoteModel;
  readonly isLoaded: boolean;
  /** What is loaded; undefined before the first model is. */
  readonly loaded: ChapterModel | undefined;
  /** The tokens of drawings on the grid of the model that draws; of 32 x 32 before one is loaded. */
  readonly strokes: StrokeTokenizer;
  /** Runs trainings on the backend of the model. */
  readonly trainer: Trainer<typeof jobs>;
  /** Calls `report` while a training loads its model. */
  onTrainingProgress(report: LoadOptions['onProgress']): void;
  /** Loads a model on a backend and replaces the current one; if that fails, the current one stays. */
  load(model: ChapterModel, choice: ModelChoice, options: LoadOptions): Promise<void>;
}

/** Starts the worker and reports its downloads. */
export async function openSession(onDownload: OnDownload): Promise<Session> {
  const { worker, models, backends, softwareGraphics, useBackend } = await startModelWorker(script, onDownload);
  const page = pageModel(models, useBackend);
  let loaded: ChapterModel | undefined;
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
    get loaded() {
      return loaded;
    },
    get strokes() {
      return strokes;
    },
    trainer: connectTraining<typeof jobs>(worker),
    onTrainingProgress: report =>
      worker.addEventListener('message', ({ data }) => {
        if (data?.loading) report(data.loading);
      }),
    load: async (next, { backend, weights }, options) => {
      const { shipped, check } = ofChapter[next.chapter];
      await page.load({ ...sourceOf(next.origin, shipped()), check, backend, ...weightsOf(weights), ...options });
      loaded = next;
      if (next.chapter === 'strokes') strokes = strokeTokenizer({ grid: gridOf(page.model)! });
    },
  };
}

/** Columns and rows of the points of a model that draws; undefined for another one. */
function gridOf({ config, kind }: Pick<RemoteModel, 'config' | 'kind'>): number | undefined {
  const { model_type: type, grid_size: grid = 32 } = config;
  return kind === 'causal-lm' && type === 'residual_drawing' && typeof grid === 'number' ? grid : undefined;
}

/** The model of each chapter, and what checks whether the chapter can use another one. */
const ofChapter: Readonly<
  Record<Chapter, { shipped(): Record<string, string>; check(model: RemoteModel): Promise<void> }>
> = {
  strokes: {
    shipped: () => shippedModel('drawings'),
    check: async model => {
      if (gridOf(model) === undefined)
        throw new Error(
          `This chapter is for models that draw, such as those of \`residual train drawings\`; ${model.family} does ` +
            'not.',
        );
      await expectTokenizer(model);
    },
  },
  emoji: {
    shipped: () => shippedPainter('emoji-images'),
    check: async model => {
      if (model.config.model_type !== 'residual_painting')
        throw new Error(
          `This chapter is for models that paint, such as those of \`residual train images\`; ${model.family} does ` +
            'not.',
        );
      await expectTokenizer(model);
    },
  },
};
