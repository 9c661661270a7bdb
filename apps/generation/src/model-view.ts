import { attempt, backendOptions, byId, type LoadingView, on, onFiles, writeControls } from '@residual/appkit';
import type { LoadProgress } from '@residual/model';
import { readControls, share } from './controls.js';
import type { Origin, Session } from './session.js';

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
  let abort = new AbortController();
  let loadedOn = 'auto'; // the choice with which the model was loaded

  const load = async (origin: Origin) => {
    abort.abort(); // one load at a time
    abort = new AbortController();
    const { signal } = abort;
    main.dataset.state = 'loading';
    byId('status').textContent = 'Loading';
    view.start(() => abort.abort());
    try {
      await before();
      const { backend } = readControls();
      const onProgress = ({ stage, done, total }: LoadProgress) => stage === 'weights' && view.showWeights(done, total);
      await session.load(origin, backend, { signal, onProgress });
      loadedOn = backend;
      view.end();
    } catch (error) {
      if (abort.signal !== signal) throw error; // another model was loaded meanwhile
      byId('status').textContent = 'The model was not loaded.';
      if (session.isLoaded) {
        view.end();
        writeControls({ backend: loadedOn });
        share();
      } else
        view.fail('The model is not loaded, and without it nothing can be written.', () => attempt(() => load(origin)));
      main.dataset.state = 'ready';
      throw error;
    }
    facts(session);
    await after().finally(() => {
      if (abort.signal === signal) main.dataset.state = 'ready';
    });
  };

  on('backend', 'change', () => {
    share();
    return load(session.origin);
  });
  on('hub-form', 'submit', () => {
    const { model, hub } = readControls();
    return load(model === '' ? 'shipped' : { id: model, hub });
  });
  onFiles('files', files => load({ files }));
  return load;
}

const nameOf = (origin: Origin) =>
  origin === 'shipped'
    ? 'The shipped storyteller'
    : 'id' in origin
      ? origin.id
      : `The ${origin.files.length} files given`;

function facts({ origin, model }: Session): void {
  const { config, depth, heads, vocab, maxPositions, backend } = model;
  byId('facts').textContent =
    `${nameOf(origin)}: ${String(config.model_type)} with ${depth} layers of ${heads} heads, ${vocab} tokens, ${maxPositions} positions, on ${backend}.`;
}
