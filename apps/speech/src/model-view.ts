import { byId, type LoadingView, megabytes, modelChoice, reportIgnoredSettings } from '@residual/appkit';
import { readControls, set, writeControls } from './controls.js';
import type { Session } from './session.js';
import { address } from './settings.js';

/** Wires the choice of backend and form of weights. Returns the function that runs the page with what is chosen. */
export function modelView(
  session: Session,
  loading: LoadingView,
  { end, run }: { readonly end: () => Promise<void>; readonly run: () => Promise<void> },
): () => Promise<void> {
  return modelChoice(loading, {
    session,
    read: readControls,
    restore: () => writeControls(address.settingsFrom(location.hash)),
    set,
    end,
    load: async (choice, options) => {
      await session.load(choice, options);
      await showFacts(session);
    },
    onLoaded: () => reportIgnoredSettings(address, []),
    run,
    sentence: 'The model is not loaded, and without it nothing can be heard.',
  });
}

/** Shows the size of the model, and where it runs. */
async function showFacts({ model }: Session): Promise<void> {
  const { parameters, bytes } = await model.describe();
  byId('facts').textContent =
    `Whisper tiny.en: ${(parameters / 1e6).toFixed(1)} million weights in ${megabytes(bytes)} MB of memory, ` +
    `on ${model.backend}.`;
}
