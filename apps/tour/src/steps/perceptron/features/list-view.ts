import { make } from '@residual/appkit';
import type { FeatureList, ListedFeature } from './types.js';

/** A share of tokens, such as 0.59%. */
export const shareOf = (share: number): string => `${(100 * share).toFixed(2)}%`;

/** The features as a list; the arrow keys, Home and End choose one. */
export function listView(choose: (feature: number) => void) {
  const list = make('ul', { className: 'features-list', id: 'features-list' });
  list.setAttribute('role', 'listbox');
  const label = make('h4', { id: 'features-list-label' }, 'The clearest features');
  list.setAttribute('aria-labelledby', label.id);
  const note = make('p', { className: 'note' });
  note.textContent =
    'Strong in six stories, rare elsewhere: the tokens where each is strongest, and how often it fires.';
  let options: readonly HTMLElement[] = [];
  let drawn: FeatureList | undefined;
  const featureOf = (option: HTMLElement) => Number(option.dataset.feature);
  list.addEventListener('click', ({ target }) => {
    const option = (target as Element).closest<HTMLElement>('[role=option]');
    if (option) choose(featureOf(option));
  });
  list.addEventListener('keydown', event => {
    const from = options.findIndex(option => option.tabIndex === 0);
    const to = { ArrowDown: from + 1, ArrowUp: from - 1, Home: 0, End: options.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const option = options[to];
    if (!option) return;
    option.focus();
    choose(featureOf(option));
  });
  return {
    element: make('div', { className: 'features-choice' }, label, note, list),
    show: (learned: FeatureList, feature: number): void => {
      if (drawn !== learned) {
        drawn = learned;
        options = learned.features.map(optionOf);
        list.replaceChildren(...options);
      }
      const at = options.findIndex(option => featureOf(option) === feature);
      for (const [i, option] of options.entries()) {
        option.setAttribute('aria-selected', String(i === at));
        option.tabIndex = i === Math.max(0, at) ? 0 : -1;
      }
      scrollTo(list, options[at]);
    },
  };
}

/** Scrolls the list, and nothing else, so far that an option is seen. */
function scrollTo(list: HTMLElement, option: HTMLElement | undefined): void {
  if (!option) return;
  const [outer, inner] = [list.getBoundingClientRect(), option.getBoundingClientRect()];
  if (inner.top < outer.top) list.scrollTop -= outer.top - inner.top;
  if (inner.bottom > outer.bottom) list.scrollTop += inner.bottom - outer.bottom;
}

function optionOf({ feature, fires, names }: ListedFeature): HTMLElement {
  const option = make('li', {});
  option.setAttribute('role', 'option');
  option.dataset.feature = String(feature);
  option.append(
    make('b', {}, names.join(', ')),
    ' ',
    make('span', { className: 'figure' }, `${feature}`),
    ' ',
    make('span', { className: 'figure' }, shareOf(fires)),
  );
  return option;
}
