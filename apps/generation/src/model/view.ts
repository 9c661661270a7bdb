import {
  attempt,
  backendOptions,
  bitsOf,
  byId,
  formOptions,
  type LoadingView,
  type ModelChoice,
  type ModelOrigin,
  megabytes,
  modelLoader,
  on,
  onFiles,
  writeControls,
} from '@residual/appkit';
import { readControls, set, share } from '../controls.js';
import type { Session } from '../session.js';
import { formsView } from './forms-view.js';
import { needView } from './need-view.js';

/**
 * Wires the choice of backend, form of weights and model; `before` runs before a load, `after` after it. Returns the
 * function that loads a model.
 */
export function modelView(
  session: Session,
  view: LoadingView,
  { before, after }: { readonly before: () => Promise<void>; readonly after: () => Promise<void> },
): (origin: ModelOrigin) => Promise<void> {
  const main = document.querySelector('main')!;
  byId('backend').replaceChildren(...backendOptions(session));
  byId('weights').replaceChildren(...formOptions());
  byId<HTMLButtonElement>('load').disabled = false;
  let loadedWith: ModelChoice = { backend: 'auto', weights: 'auto' }; // the choice with which the model was loaded

  const loadModel = modelLoader(view, {
    hasModel: () => session.isLoaded,
    sentence: 'The model is not loaded, and without it nothing can be written.',
    restore: () => {
      byId('status').textContent = 'The model was not loaded.';
      if (session.isLoaded) {
        writeControls({ ...loadedWith });
        share();
      }
      main.dataset.state = 'ready';
    },
  });
  const load = async (origin: ModelOrigin) => {
    main.dataset.state = 'loading';
    byId('status').textContent = 'Loading';
    const again = () => attempt(() => load(origin));
    const isLatest = await loadModel(async options => {
      await before();
      const { backend, weights } = readControls();
      await session.load(origin, { backend, weights }, options);
      loadedWith = { backend, weights };
    }, again);
    await showFacts(session);
    await after().finally(() => {
      if (isLatest()) main.dataset.state = 'ready';
    });
  };

  for (const id of ['backend', 'weights'])
    on(id, 'change', () => {
      share();
      return load(session.origin);
    });
  const loadOther = needView(session, view, load);
  on('hub-form', 'submit', () => {
    const { model, hub } = readControls();
    set({ handed: '' });
    return model === '' ? load('shipped') : loadOther({ id: model, hub });
  });
  onFiles('files', files => {
    set({ handed: '' });
    return loadOther({ files });
  });
  formsView(session);
  return load;
}

function nameOf(origin: ModelOrigin): string {
  if (origin === 'shipped') return 'The storyteller of this page';
  return 'id' in origin ? origin.id : `The model from your ${origin.files.length} files`;
}

async function showFacts({ origin, model }: Session): Promise<void> {
  const { config, depth, heads, vocab, maxPositions, backend } = model;
  const { bytes, parameters } = await model.describe();
  const sizes = `${depth} layers of ${heads} heads, ${vocab} tokens, ${maxPositions} positions`;
  byId('facts').textContent =
    `${nameOf(origin)}: ${String(config.model_type)} with ${sizes}, on ${backend}. Its weights take ` +
    `${megabytes(bytes)} MB of memory, ${bitsOf(bytes, parameters)} each.`;
}
