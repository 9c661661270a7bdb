import {
  type LoadOptions,
  type ModelChoice,
  type OfferedForm,
  type OnDownload,
  shippedModel,
  weightsOf,
} from '@residual/appkit';
import { pageModel, startModels } from '@residual/appkit/models';
import type { TranslatedSegment, TranslateOptions } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';
import type { Reading } from './sentence.js';

/** The worker with its backends, and the model on one of them. */
export interface Session {
  readonly backends: readonly string[];
  /** Whether WebGL is missing or runs in software, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** The loaded model; calls during the loading on another backend wait. Errors before the model is loaded. */
  readonly model: RemoteModel;
  readonly isLoaded: boolean;
  /** The id of the end token. */
  readonly end: number;
  /** The text of a token in the vocabulary, with a space if it begins a word. */
  textOf(id: number): string;
  /** Reads a sentence together with its translation; `ablate` as it was translated. */
  read(segment: TranslatedSegment, options: Pick<TranslateOptions, 'ablate' | 'signal'>): Promise<Reading>;
  /** Loads the model on a backend, with its weights in a form; if that fails, the last one stays as it is. */
  load(choice: ModelChoice, options: LoadOptions): Promise<void>;
  /** Loads the model once more with its weights in another form, for as long as `use` runs. */
  inForm<Result>(weights: OfferedForm, use: (model: RemoteModel) => Promise<Result>): Promise<Result>;
}

/** How many tokens that the decoder considered are named. */
const alternatives = 5;

/** The self-attention of both stacks. */
const taps = ['encoder.layers.*.attention.weights', 'decoder.layers.*.attention.weights'];

/** Starts the worker and reports its downloads. */
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
    read: async ({ sourceTokens, tokens }, { ablate, signal }) => {
      const input = { source: sourceTokens, target: tokens };
      const options = { topLogprobs: alternatives, taps, ...(ablate && { ablate }), ...(signal && { signal }) };
      const output = await page.model.forward(input, options);
      return { predictions: output.predictions!, taps: output.taps };
    },
    inForm: (weights, use) => page.beside({ source: shippedModel('en-fr'), weights }, use),
    load: async ({ backend, weights }, options) => {
      const check = async (loaded: RemoteModel) => {
        const tokens = await loaded.tokenOf(Array.from({ length: loaded.vocab }, (_, id) => id));
        texts = tokens.map((token, id) => token?.replaceAll('▁', ' ') ?? `#${id}`);
      };
      await page.load({ source: shippedModel('en-fr'), check, backend, ...weightsOf(weights), ...options });
    },
  };
}
