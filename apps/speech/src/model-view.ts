import {
  attempt,
  backendOptions,
  byId,
  formOptions,
  type LoadingView,
  type LoadOptions,
  megabytes,
  modelLoader,
  reportIgnoredSettings,
} from '@residual/appkit';
import { readControls, share, writeControls } from './controls.js';
import type { LoadChoice, Session } from './session.js';
import { address } from './settings.js';

/**
 * Wires the choice of backend and form of weights. Returns the function that loads what is chosen if it is not loaded
 * yet, after the page has ended what is running, and then runs the page.
 */
export function modelView(
  session: Session,
  loading: LoadingView,
  page: { readonly end: () => Promise<void>; readonly run: () => Promise<void> },
): () => Promise<void> {
  byId('backend').replaceChildren(...backendOptions(session));
  byId('weights').replaceChildren(...formOptions());
  writeControls(address.settingsFrom(location.hash));
  let loadedWith: LoadChoice | undefined; // the choice with which the model was loaded
  let target: LoadChoice | undefined; // the choice with which it is loading or loaded
  const loadModel = modelLoader(loading, {
    hasModel: () => loadedWith !== undefined,
    sentence: 'The model is not loaded, and without it nothing can be heard.',
    restore: () => {
      target = loadedWith;
      byId('status').textContent = 'The model was not loaded.';
      byId('main').dataset.state = 'ready';
      if (loadedWith === undefined) return;
      writeControls(loadedWith);
      share();
    },
  });
  const run = async () => {
    const { backend, weights } = readControls();
    const isTarget = backend === target?.backend && weights === target.weights;
    if (isTarget && !session.isLoaded) return; // it goes on once the model is loaded
    if (!isTarget) {
      const choice = { backend, weights };
      target = choice;
      const again = () => attempt(run);
      await loadModel(async options => {
        await page.end();
        await load(session, choice, options);
        loadedWith = choice;
      }, again);
      reportIgnoredSettings(address, []);
    }
    await page.run();
  };
  return run;
}

/** Loads the model and shows its size. */
async function load(session: Session, choice: LoadChoice, options: LoadOptions): Promise<void> {
  byId('status').textContent = 'Loading';
  await session.load(choice, options);
  const { parameters, bytes } = await session.model.describe();
  byId('facts').textContent =
    `Whisper tiny.en: ${(parameters / 1e6).toFixed(1)} million weights in ${megabytes(bytes)} MB of memory, ` +
    `on ${session.model.backend}.`;
}
