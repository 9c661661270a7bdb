import { byId, on, type State, singleRun } from '@residual/appkit';
import { drawRow } from './row-view.js';
import { samplingOf } from './sampling.js';
import type { Session } from './session.js';
import type { Settings } from './settings.js';

/** From the likeliest drawing to anything. */
const temperatures = [0.1, 0.5, 1, 1.5];

/** Wires the same word at four temperatures. */
export function temperaturesView(state: State<Settings>, session: Session): void {
  const runs = singleRun();
  on('compare', 'click', () =>
    runs.start(signal => {
      const { word } = state.now;
      byId('compared').textContent = word === '' ? 'whatever it likes' : word;
      const items = temperatures.map(temperature => ({
        words: word,
        options: samplingOf({ ...state.now, temperature }),
        caption: `temperature ${temperature}`,
      }));
      return drawRow('temperatures', session, items, signal);
    }),
  );
}
