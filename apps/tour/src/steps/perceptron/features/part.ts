import { make, reportFailure } from '@residual/appkit';
import type { Tour } from '../../../frame/tour.js';
import { sentenceOf } from '../../../settings.js';
import { partSettings } from './settings.js';
import type { FeaturesView } from './view.js';

/** A part that a visitor opens: features instead of neurons. Its code and its work begin when it is opened. */
export function featuresPart(tour: Tour): HTMLElement {
  const { state } = tour;
  const title = make('h3', {}, 'One neuron, many meanings: pull them apart');
  const place = make('div', { className: 'features-inside' });
  const element = make('details', { className: 'features', id: 'features' }, make('summary', {}, title), place);
  let view: Promise<FeaturesView> | undefined;
  const open = () => (view ??= import('./view.js').then(({ featuresView }) => featuresView(place, element, tour)));
  const update = async () => (await open()).show({ settings: state.now, sentence: sentenceOf(state.now) });
  const follow = async () => {
    element.open = state.now.featuresOpen;
    if (element.open) await update();
    else if (view) await (await view).stop();
  };
  element.addEventListener('toggle', () => state.set({ featuresOpen: element.open }));
  state.on(['featuresOpen'], () => reportFailure(follow()));
  const shown = partSettings.filter(name => name !== 'featuresOpen');
  state.on(['sentence', ...shown], () => element.open && reportFailure(update()));
  reportFailure(follow());
  return element;
}
