import { byId, make } from '@residual/appkit';
import { neighbourList } from './answer-view.js';
import { examples } from './examples.js';
import { syncFamilies } from './family-view.js';
import type { MapPanel } from './map-panel.js';
import type { Settings } from './settings.js';
import type { State } from './state.js';

/** Wires the examples, the selects, and the button that goes back to the table of words. */
export function wireControls(change: (settings: Partial<Settings>) => void): void {
  const buttons = examples.map(({ name, expression, works }) => {
    const button = make(
      'button',
      { type: 'button', value: expression, title: expression.replace(/ - /g, ' − ') },
      name,
    );
    if (!works) {
      button.className = 'fails';
      button.append(make('span', { className: 'unseen' }, ', fails'));
    }
    button.addEventListener('click', () => change({ expression, families: '', table: 'words' }));
    return button;
  });
  byId('examples').append(...buttons);
  for (const name of ['method', 'table', 'axes'] as const) {
    const select = byId<HTMLSelectElement>(name);
    select.addEventListener('change', () => change({ [name]: select.value, families: '' }));
  }
  byId('to-words').addEventListener('click', () => {
    change({ table: 'words' });
    byId('expression').focus(); // the button is hidden now
  });
}

/** Wires the buttons of the map, and the list whose words it highlights. */
export function wireMapControls(state: State, panel: MapPanel): void {
  byId('views').addEventListener('click', ({ target }) => {
    const button = (target as HTMLElement).closest('button');
    if (button) state.set({ view: button.value as '2d' | '3d' });
  });
  byId('larger').addEventListener('click', () => panel.map?.zoomBy(1.4));
  byId('smaller').addEventListener('click', () => panel.map?.zoomBy(1 / 1.4));
  byId('whole').addEventListener('click', () => panel.map?.reset());
  byId('replay').addEventListener('click', () => panel.map?.play());
  neighbourList().addEventListener('residual-neighbour', ({ detail }) => panel.map?.highlight(detail.row));
}

/** Shows the settings in the controls of the first section. */
export function syncControls({ expression, families, method, table, axes, view }: Settings): void {
  for (const [id, value] of Object.entries({ method, table, axes })) byId<HTMLSelectElement>(id).value = value;
  const press = (buttons: string, value: string) => {
    for (const button of document.querySelectorAll<HTMLButtonElement>(`${buttons} button`))
      button.setAttribute('aria-pressed', String(button.value === value));
  };
  press('#views', view);
  press('#examples', families === '' ? expression.trim() : '');
  syncFamilies(families);
}
