import {
  attempt,
  backendOptions,
  byId,
  type LoadingView,
  modelLoader,
  on,
  onFiles,
  writeControls,
} from '@residual/appkit';
import { readControls, set, share } from '../controls.js';
import type { Origin, Session } from '../session.js';

/**
 * Wires the choice of backend and model; `before` runs before a load, `after` after it. Returns the function that loads
 * a model.
 */
export function modelView(
  session: Session,
  view: LoadingView,
  { before, after }: { readonly before: () => Promise<void>; readonly after: () => Promise<void> },
): (origin: Origin) => Promise<void> {
  const main = document.querySelector('main')!;
  byId('backend').replaceChildren(...backendOptions(session));
  byId<HTMLButtonElement>('load').disabled = false;
  let loadedOn = 'auto'; // the choice with which the model was loaded

  const loadModel = modelLoader(view, {
    hasModel: () => session.isLoaded,
    sentence: 'The model is not loaded, and without it nothing can be written.',
    restore: () => {
      byId('status').textContent = 'The model was not loaded.';
      if (session.isLoaded) {
        writeControls({ backend: loadedOn });
        share();
      }
      main.dataset.state = 'ready';
    },
  });
  const load = async (origin: Origin) => {
    main.dataset.state = 'loading';
    byId('status').textContent = 'Loading';
    const again = () => attempt(() => load(origin));
    const isLatest = await loadModel(async options => {
      await before();
      const { backend } = readControls();
      await session.load(origin, backend, options);
      loadedOn = backend;
    }, again);
    showFacts(session);
    await after().finally(() => {
      if (isLatest()) main.dataset.state = 'ready';
    });
  };

  on('backend', 'change', () => {
    share();
    return load(session.origin);
  });
  on('hub-form', 'submit', () => {
    const { model, hub } = readControls();
    set({ handed: '' });
    return load(model === '' ? 'shipped' : { id: model, hub });
  });
  onFiles('files', files => {
    set({ handed: '' });
    return load({ files });
  });
  return load;
}

function nameOf(origin: Origin): string {
  if (origin === 'shipped') return 'The storyteller of this page';
  return 'id' in origin ? origin.id : `The model from your ${origin.files.length} files`;
}

function showFacts({ origin, model }: Session): void {
  const { config, depth, heads, vocab, maxPositions, backend } = model;
  const sizes = `${depth} layers of ${heads} heads, ${vocab} tokens, ${maxPositions} positions`;
  byId('facts').textContent = `${nameOf(origin)}: ${String(config.model_type)} with ${sizes}, on ${backend}.`;
}
