import {
  attempt,
  byId,
  grouped,
  type LoadingView,
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
}

/** Wires the choice of backend, weights and model. Returns the function that loads what is chosen, or another model. */
export function modelView(
  state: State<Settings>,
  session: Session,
  loading: LoadingView,
  { end, run }: ModelPage,
): (origin?: ModelOrigin) => Promise<void> {
  const fields = ['backend', 'weights'] as const;
  const read = () => ({
    backend: byId<HTMLSelectElement>('backend').value,
    weights: byId<HTMLSelectElement>('weights').value as Settings['weights'],
  });
  let wanted: ModelOrigin = 'shipped';
  const choose = modelChoice(loading, {
    session,
    read,
    source: () => wanted,
    restore: () => writeControls({ backend: state.now.backend, weights: state.now.weights }),
    set: choice => {
      wanted = session.origin;
      writeControls(choice);
      state.set(choice);
    },
    end,
    load: async (choice, options) => {
      await session.load(wanted, choice, options);
      await showFacts(session);
    },
    onLoaded: () => reportIgnoredSettings(address, []),
    run,
    sentence: 'The model is not loaded, and without it nothing can be drawn.',
  });
  for (const name of fields)
    on(name, 'change', () => {
      state.set({ [name]: read()[name] });
      return choose();
    });
  state.on(fields, settings => {
    if (fields.every(name => read()[name] === settings[name])) return;
    writeControls({ backend: settings.backend, weights: settings.weights });
    attempt(choose);
  });
  return (origin = wanted) => {
    wanted = origin;
    return choose();
  };
}

/** Shows the size of the model, and where it runs. */
async function showFacts({ model, origin, strokes }: Session): Promise<void> {
  const { parameters, bytes } = await model.describe();
  const name = origin === 'shipped' ? 'The model of this page' : 'The model of your files';
  const words = model.vocab - strokes.vocab;
  byId('facts').textContent =
    `${name}: ${(parameters / 1e6).toFixed(1)} million numbers, most of them the vectors of ${grouped(words)} words, ` +
    `in ${megabytes(bytes)} MB of memory, on ${model.backend}. It draws on a grid of ${strokes.grid} × ` +
    `${strokes.grid} points and reads ${model.maxPositions} tokens at most.`;
}
