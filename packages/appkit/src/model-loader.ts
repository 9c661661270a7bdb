import type { LoadProgress } from '@residual/model';
import type { LoadingView } from './loading.js';

/** How a load is observed and aborted. */
export interface LoadOptions {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: LoadProgress) => void;
}

/** What a page does when a load fails. */
export interface LoadFailure {
  /** Whether a model is loaded already; it stays. */
  readonly hasModel: () => boolean;
  /** The sentence beside “Load again” if there is no model. */
  readonly sentence: string;
  /** Restores the page. */
  readonly restore: () => void;
}

/**
 * Loads a model with its progress and a Cancel button; `again` is called if the visitor wants to try again. Returns a
 * function that tells whether no other load has started since.
 */
export type ModelLoader = (load: (options: LoadOptions) => Promise<void>, again: () => void) => Promise<() => boolean>;

/** Makes the loader of a page: a new load aborts the last one, whose failure is not shown. */
export function modelLoader(view: LoadingView, { hasModel, sentence, restore }: LoadFailure): ModelLoader {
  let latest = new AbortController();
  return async (load, again) => {
    latest.abort();
    const own = new AbortController();
    latest = own;
    view.start(() => own.abort());
    try {
      await load({ signal: own.signal, onProgress: view.onProgress });
      view.end();
    } catch (error) {
      if (latest === own) {
        if (hasModel()) view.end();
        else view.fail(sentence, again);
        restore();
      }
      throw error;
    }
    return () => latest === own;
  };
}
