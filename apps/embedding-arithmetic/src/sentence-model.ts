import { attempt, byId, type LoadingView, modelLoader, shippedEmbedder } from '@residual/appkit';
import type { Models, RemoteModel } from '@residual/model/worker';

/** The model that makes a vector of a sentence; it is loaded when the visitor asks for it. */
export interface SentenceModel {
  /** The loaded model, or undefined. */
  readonly loaded: RemoteModel | undefined;
  /** Calls `act` once the model is loaded. */
  whenLoaded(act: () => void): void;
}

/** Wires the buttons with these ids, which load the model; they and what is around them hide then. */
export function sentenceModel(
  models: () => Promise<Models>,
  view: LoadingView,
  buttons: readonly string[],
): SentenceModel {
  let loaded: RemoteModel | undefined;
  const listeners: (() => void)[] = [];
  const loadWith = modelLoader(view, {
    hasModel: () => loaded !== undefined,
    sentence: 'The sentence model is not loaded.',
    restore: () => {},
  });
  const load = async (): Promise<void> => {
    for (const id of buttons) byId(id).parentElement!.hidden = true;
    await loadWith(
      async options => {
        loaded = await (await models()).load(shippedEmbedder('minilm'), options);
      },
      () => attempt(load),
    );
    for (const act of listeners) act();
  };
  for (const id of buttons) byId(id).addEventListener('click', () => attempt(load));
  return {
    get loaded() {
      return loaded;
    },
    whenLoaded: act => {
      listeners.push(act);
    },
  };
}

/** One view of loading that shows in several places of the page. */
export function everyView(views: readonly LoadingView[]): LoadingView {
  const call =
    <Name extends keyof LoadingView>(name: Name) =>
    (...values: Parameters<LoadingView[Name]>) => {
      for (const view of views) (view[name] as (...values: Parameters<LoadingView[Name]>) => void)(...values);
    };
  return {
    download: call('download'),
    onProgress: call('onProgress'),
    start: call('start'),
    end: call('end'),
    fail: call('fail'),
    ask: call('ask'),
  };
}
