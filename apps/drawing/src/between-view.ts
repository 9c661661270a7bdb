import { byId, on, readControls, type State, singleRun, writeControls } from '@residual/appkit';
import { drawRow, type RowItem } from './row-view.js';
import { samplingOf } from './sampling.js';
import type { Session } from './session.js';
import { ofBetween, type Settings } from './settings.js';

/** How many drawings lead from one word to the other. */
const steps = 7;

/** Wires the drawings between two words: the vectors of both are mixed, from all of one to all of the other. */
export function betweenView(state: State<Settings>, session: Session): void {
  const runs = singleRun();
  on('between-form', 'submit', () =>
    runs.start(signal => {
      state.set(readControls(ofBetween));
      return drawRow('between', session, itemsOf(state.now), signal);
    }),
  );
  const write = () => writeControls({ from: state.now.from, to: state.now.to });
  state.on(['from', 'to'], write);
  on('swap', 'click', () => {
    const { from, to } = readControls(ofBetween);
    writeControls({ from: to, to: from });
    byId<HTMLFormElement>('between-form').requestSubmit();
  });
  write();
}

function itemsOf(settings: Settings): RowItem[] {
  const { from, to } = settings;
  return Array.from({ length: steps }, (_, i) => {
    const share = i / (steps - 1);
    const words = { words: [[from, 1 - share] as const, [to, share] as const] };
    const percentage = Math.round(100 * share);
    const caption = i === 0 ? from : i === steps - 1 ? to : `${100 - percentage} % ${from}, ${percentage} % ${to}`;
    return { words, options: samplingOf(settings), caption };
  });
}
