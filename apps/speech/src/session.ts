import { type LoadOptions, type OnDownload, shippedSpeech, type WeightChoice, weightsOf } from '@residual/appkit';
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
  load(choice: LoadChoice, options: LoadOptions): Promise<void>;
}

/** Where and how the model is held. */
export interface LoadChoice {
  readonly backend: string;
  readonly weights: WeightChoice;
}

/** How many tokens that the decoder considered are named. */
const alternatives = 5;

/** Starts the worker and reports its downloads. */
export async function openSession(onDownload: OnDownload): Promise<Session> {
  const { models, backends, softwareGraphics, useBackend } = await startModels(onDownload);
  const page = pageModel(models, useBackend);
  const texts = new Map<number, Promise<string>>();
  return {
    backends,
    softwareGraphics,
    get model() {
      return page.model;
    },
    get isLoaded() {
      return page.isLoaded;
    },
    textsOf: ids =>
      Promise.all(
        ids.map(id => {
          const text = texts.get(id) ?? page.model.decode([id], { skipSpecialTokens: false });
          texts.set(id, text);
          return text;
        }),
      ),
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
