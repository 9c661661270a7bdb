import { backendOptions, byId, on, onFiles } from '@residual/appkit';
import { readControls, share } from './controls.js';
import type { Origin, Session } from './session.js';

/** Wires the choice of backend and model; `before` ends what runs, `after` computes the page anew. Gives the function that loads a model. */
export function modelView(
  session: Session,
  { before, after }: { readonly before: () => Promise<void>; readonly after: () => Promise<void> },
): (origin: Origin) => Promise<void> {
  const [place, text, progress] = [byId('loading'), byId('loading-text'), byId<HTMLProgressElement>('progress')];
  byId('backend').replaceChildren(...backendOptions(session));
  let abort = new AbortController();

  const loadAlone = async (origin: Origin) => {
    abort.abort(); // one at a time
    await before();
    abort = new AbortController();
    const { signal } = abort;
    byId('status').textContent = 'Loading';
    place.hidden = false;
    const report = (words: string, done: number, total: number) => {
      text.textContent = words;
      [progress.max, progress.value] = [total, done];
    };
    try {
      await session.load(origin, readControls().backend, { signal, report });
    } catch (error) {
      byId('status').textContent = 'The model was not loaded.';
      throw error;
    } finally {
      if (abort.signal === signal) place.hidden = true;
    }
    facts(session);
    await after();
  };
  const load = async (origin: Origin) => {
    const main = document.querySelector('main')!;
    main.dataset.state = 'loading';
    await loadAlone(origin).finally(() => {
      main.dataset.state = 'ready';
    });
  };

  on('cancel', 'click', () => abort.abort());
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
    ? 'The shipped story teller'
    : 'id' in origin
      ? origin.id
      : `The ${origin.files.length} files given`;

function facts({ origin, model }: Session): void {
  const { config, depth, heads, vocab, positions, backend } = model;
  byId('facts').textContent =
    `${nameOf(origin)}: ${String(config.model_type)} with ${depth} layers of ${heads} heads, ${vocab} tokens, ${positions} positions, on ${backend}.`;
}
