import { backendOptions, type LoadingView } from './loading.js';
import { type LoadOptions, modelLoader } from './model-loader.js';
import { attempt, byId } from './page.js';
import { formOptions, type WeightChoice } from './weight-forms.js';

/** Where and how the model of a page is held. */
export interface ModelChoice {
  readonly backend: string;
  readonly weights: WeightChoice;
}

/** The page around the choice of its model. */
export interface ChoicePage {
  /** The backends that are offered. */
  readonly session: Parameters<typeof backendOptions>[0] & { readonly isLoaded: boolean };
  /** The choice in the controls. */
  readonly read: () => ModelChoice;
  /** What is loaded, for a page that has several models: another value is another choice. */
  readonly source?: () => unknown;
  /** Writes the settings of the address into the controls. */
  readonly restore: () => void;
  /** Writes a choice into the controls and into the address. */
  readonly set: (choice: ModelChoice) => void;
  /** Ends what is running. */
  readonly end: () => Promise<void>;
  /** Loads the model with a choice. */
  readonly load: (choice: ModelChoice, options: LoadOptions) => Promise<void>;
  /** Called when another model was loaded, before `run`. */
  readonly onLoaded: () => void;
  /** Does what the page does with the model. */
  readonly run: () => Promise<void>;
  /** The sentence beside “Load again” if there is no model. */
  readonly sentence: string;
}

/**
 * Wires the controls `backend` and `weights`. Returns the function that loads what is chosen if it is not loaded yet,
 * and then runs the page. If a load fails, the last choice is restored.
 */
export function modelChoice(loading: LoadingView, page: ChoicePage): () => Promise<void> {
  byId('backend').replaceChildren(...backendOptions(page.session));
  byId('weights').replaceChildren(...formOptions());
  page.restore();
  type Choice = ModelChoice & { readonly source: unknown };
  let loadedWith: Choice | undefined; // the choice with which the model was loaded
  let target: Choice | undefined; // the choice with which it is loading or loaded
  const loadModel = modelLoader(loading, {
    hasModel: () => loadedWith !== undefined,
    sentence: page.sentence,
    restore: () => {
      target = loadedWith;
      byId('status').textContent = 'The model was not loaded.';
      byId('main').dataset.state = 'ready';
      if (loadedWith) page.set({ backend: loadedWith.backend, weights: loadedWith.weights });
    },
  });
  const run = async () => {
    const { backend, weights } = page.read();
    const source = page.source?.();
    const isTarget = backend === target?.backend && weights === target.weights && source === target.source;
    if (isTarget && !page.session.isLoaded) return; // it runs once the model is loaded
    if (!isTarget) {
      const choice = { backend, weights, source };
      target = choice;
      const again = () => attempt(run);
      await loadModel(async options => {
        await page.end();
        byId('status').textContent = 'Loading';
        await page.load({ backend, weights }, options);
        loadedWith = choice;
      }, again);
      page.onLoaded();
    }
    await page.run();
  };
  return run;
}
