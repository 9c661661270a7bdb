import {
  attempt,
  byId,
  type LoadingView,
  type ModelChoice,
  type ModelOrigin,
  megabytes,
  modelChoice,
  on,
  reportIgnoredSettings,
  type State,
  writeControls,
} from '@residual/appkit';
import type { Session } from './session.js';
import { address, type Settings } from './settings.js';

/** What the page does around a load. */
export interface ModelPage {
  /** Ends what is running. */
  readonly end: () => Promise<void>;
  /** Shows everything with the loaded model. */
  readonly run: () => Promise<void>;
  /** Called when another model was loaded, before `run`. */
  readonly loaded: () => void;
}

/** Wires the choice of backend, weights and model. Returns the functions that load what is chosen, and files. */
export function modelView(
  state: State<Settings>,
  session: Session,
  loading: LoadingView,
  { end, run, loaded }: ModelPage,
): { readonly start: () => Promise<void>; readonly loadFiles: (files: readonly File[]) => Promise<void> } {
  const fields = ['backend', 'weights'] as const;
  const read = () => ({
    backend: byId<HTMLSelectElement>('backend').value,
    weights: byId<HTMLSelectElement>('weights').value as Settings['weights'],
  });
  /** A choice that is not offered becomes the first one. */
  const writeFields = ({ backend, weights }: ModelChoice) => writeControls({ backend, weights });
  let wanted: ModelOrigin = originOf(state.now);
  const choose = modelChoice(loading, {
    session,
    read,
    source: () => wanted,
    restore: () => {
      writeFields(state.now);
    },
    set: choice => {
      wanted = session.origin;
      writeFields(choice);
      state.set(choice);
    },
    end,
    load: async (choice, options) => {
      await session.load(wanted, choice, options);
      await showFacts(session);
    },
    onLoaded: () => {
      reportIgnoredSettings(address, []);
      loaded();
    },
    run,
    sentence: 'The model is not loaded, and without it nothing can be found.',
  });
  const loadOther = (other: ModelOrigin) => {
    wanted = other;
    return choose();
  };
  for (const name of fields)
    on(name, 'change', () => {
      state.set({ [name]: read()[name] });
      return choose();
    });
  on('model-form', 'submit', () => {
    const [model, hub] = ['model', 'hub'].map(id => byId<HTMLInputElement>(id).value.trim());
    state.set({ model: model!, hub: hub! });
    return loadOther(originOf(state.now));
  });
  state.on(['backend', 'weights'], settings => {
    if (fields.every(name => read()[name] === settings[name])) return;
    writeFields(settings);
    attempt(choose);
  });
  const write = () => {
    for (const name of ['model', 'hub'] as const) byId<HTMLInputElement>(name).value = state.now[name];
  };
  write();
  return {
    start: choose,
    loadFiles: files => {
      state.set({ model: '', hub: '' });
      write();
      return loadOther({ files });
    },
  };
}

const originOf = ({ model, hub }: Pick<Settings, 'model' | 'hub'>): ModelOrigin =>
  model === '' ? 'shipped' : { id: model, hub };

/** Shows the size of the model, and where it runs. */
async function showFacts({ model, origin, size }: Session): Promise<void> {
  const { parameters, bytes } = await model.describe();
  const name = origin === 'shipped' ? 'The model of this page' : 'id' in origin ? origin.id : 'The model of your files';
  byId('facts').textContent =
    `${name}: ${(parameters / 1e6).toFixed(1)} million numbers in ${megabytes(bytes)} MB of memory, on ` +
    `${model.backend}. It reads pictures of ${size} × ${size} pixels.`;
}
