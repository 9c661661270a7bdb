import {
  type LoadOptions,
  type ModelChoice,
  type OnDownload,
  shippedSpeech,
  tokenTexts,
  weightsOf,
} from '@residual/appkit';
import { pageModel, startModels } from '@residual/appkit/models';
import type { Transcription, TranscriptionStep } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';

/** The worker with its backends, and the model on one of them. */
export interface Session {
  readonly backends: readonly string[];
  /** Whether WebGL is missing or runs in software, so that `auto` is WebAssembly. */
  readonly softwareGraphics: boolean;
  /** The loaded model. Errors before it is loaded. */
  readonly model: RemoteModel;
  readonly isLoaded: boolean;
  /** The texts of tokens, with a space where they begin a word. */
  textsOf(ids: readonly number[]): Promise<readonly string[]>;
  /** Writes down what is said, with the times of words; `onStep` sees each token. */
  transcribe(
    samples: Float32Array,
    signal: AbortSignal,
    onStep: (step: TranscriptionStep) => void,
  ): Promise<Transcription>;
  /** Loads the model on a backend, with its weights in a form; if that fails, the last one stays as it is. */
  load(choice: ModelChoice, options: LoadOptions): Promise<void>;
}

/** How many tokens that the decoder considered are named. */
const alternatives = 5;

/** Starts the worker and reports its downloads. */
export async function openSession(onDownload: OnDownload): Promise<Session> {
  const { models, backends, softwareGraphics, useBackend } = await startModels(onDownload);
  const page = pageModel(models, useBackend);
  const textsOf = tokenTexts(ids => page.model.decode(ids, { skipSpecialTokens: false }));
  return {
    backends,
    softwareGraphics,
    get model() {
      return page.model;
    },
    get isLoaded() {
      return page.isLoaded;
    },
    textsOf: ids => textsOf(ids),
    transcribe: async (samples, signal, onStep) => {
      const options = { timestamps: 'word', attention: true, topLogprobs: alternatives, signal } as const;
      let last: Transcription | undefined;
      for await (const step of page.model.transcribe(samples, options)) {
        onStep(step);
        if (step.kind === 'recording') last = step.transcription;
      }
      return last!;
    },
    load: async ({ backend, weights }, options) => {
      await page.load({ source: shippedSpeech('whisper-tiny-en'), backend, ...weightsOf(weights), ...options });
    },
  };
}
