import { type LoadingView, loadOnce, type OnDownload, shippedModel } from '@residual/appkit';
import { type ModelWorker, type PageModel, pageModel, startModels } from '@residual/appkit/models';
import type { SpeakOptions, SpeechInput, SpeechPiece } from '@residual/model';
import type { RemoteModel } from '@residual/model/worker';
import { readControls } from '../controls.js';
import { shippedLetters, shippedVoice } from './voice-files.js';

/** The voice and the small models around it, in a worker of their own; each is loaded when it is first used. */
export interface VoiceSession {
  /** The voice, once it is loaded. Errors before. */
  readonly model: RemoteModel;
  /** Starts the worker, which knows its backends then. */
  start(): Promise<void>;
  /** Whether the voice is on a backend. */
  isOpen(backend: string): boolean;
  /** Loads the voice on a backend, unless it is there. */
  open(backend: string, signal: AbortSignal): Promise<void>;
  /** Speaks with the loaded voice. */
  speak(input: SpeechInput, options: SpeakOptions): AsyncIterable<SpeechPiece>;
  /** The model that turns the letters of a word into sounds. */
  letters(): Promise<RemoteModel>;
  /** The model that translates English into French. */
  translator(): Promise<RemoteModel>;
}

/** Where the voice runs: it is small and each sentence has another length, so `auto` is WebAssembly. */
const backendOf = (name: string) => (name === 'auto' ? 'wasm' : name);

/** A session whose worker starts with the first use; `onStart` sees it, `onDownload` what is loaded. */
export function voiceSession(onDownload: OnDownload, onStart: (worker: ModelWorker) => void): VoiceSession {
  const start = loadOnce(async () => {
    const worker = await startModels(onDownload);
    onStart(worker);
    return { worker, page: pageModel(worker.models, worker.useBackend) };
  });
  let started: { readonly worker: ModelWorker; readonly page: PageModel } | undefined;
  let opened: string | undefined; // the backend of the voice
  const modelOf = (source: () => Record<string, string>) => {
    let loaded: { readonly model: Promise<RemoteModel>; readonly backend: string } | undefined;
    return async () => {
      if (loaded && loaded.backend === (opened ?? 'wasm')) return loaded.model;
      await loaded?.model.then(before => before.dispose()).catch(() => {});
      started = await start();
      if (opened === undefined) await started.worker.useBackend('wasm');
      const own = { model: started.worker.models.load(source()), backend: opened ?? 'wasm' };
      loaded = own;
      own.model.catch(() => {
        if (loaded === own) loaded = undefined; // the next use tries again
      });
      return own.model;
    };
  };
  const model = () => {
    if (!started) throw new Error('The voice is not loaded yet.');
    return started.page.model;
  };
  return {
    get model() {
      return model();
    },
    start: async () => {
      started = await start();
    },
    isOpen: name => opened === backendOf(name),
    open: async (name, signal) => {
      const backend = backendOf(name);
      if (opened === backend) return;
      started = await start();
      signal.throwIfAborted();
      await started.page.load({ source: shippedVoice(), backend, signal });
      opened = backend;
    },
    speak: (input, options) => model().speak(input, options),
    letters: modelOf(shippedLetters),
    translator: modelOf(() => shippedModel('en-fr')),
  };
}

/** Loads the voice on the chosen backend if it is not there, and shows how far that is. */
export async function openVoice(
  session: VoiceSession,
  loading: LoadingView,
  { signal, cancel }: { readonly signal: AbortSignal; readonly cancel: () => void },
): Promise<void> {
  if (session.isOpen(readControls().backend)) return;
  loading.start(cancel);
  try {
    await session.start(); // the backends that there are can be chosen from now on
    await session.open(readControls().backend, signal);
  } finally {
    loading.end();
  }
}
