import { byId } from './page.js';

/**
 * Shows one panel at a time: tabs `tab-NAME` with panels `panel-NAME`, by pointer, arrow keys and address (WAI-ARIA
 * tabs pattern). Returns the function that shows the current one when something else has chosen it.
 */
export function wireTabs(names: readonly string[], choose: (name: string) => void, current: () => string): () => void {
  const tabs = names.map(name => byId<HTMLButtonElement>(`tab-${name}`));
  const show = () => {
    for (const [i, name] of names.entries()) {
      const isChosen = name === current();
      tabs[i]!.setAttribute('aria-selected', String(isChosen));
      tabs[i]!.tabIndex = isChosen ? 0 : -1;
      byId(`panel-${name}`).hidden = !isChosen;
    }
  };
  const go = (name: string) => {
    choose(name);
    show();
  };
  for (const [i, tab] of tabs.entries()) {
    tab.addEventListener('click', () => go(names[i]!));
    tab.addEventListener('keydown', event => {
      const to = { ArrowRight: i + 1, ArrowLeft: i - 1, Home: 0, End: names.length - 1 }[event.key];
      if (to === undefined) return;
      event.preventDefault();
      const next = (to + names.length) % names.length;
      go(names[next]!);
      tabs[next]!.focus();
    });
  }
  addEventListener('hashchange', show);
  show();
  return show;
}
