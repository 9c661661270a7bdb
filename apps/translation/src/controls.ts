import { byId } from './page.js';
import { hashOf, preset, type Settings } from './settings.js';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const names = Object.keys(preset) as (keyof Settings)[];

/** What the controls of the page say; an empty number is none, so that what uses it says what would fit. */
export function readControls(): Settings {
  const entries = names.map(name => {
    const { value } = byId<Field>(name);
    return [name, typeof preset[name] === 'number' ? Number.parseFloat(value) : value];
  });
  return Object.fromEntries(entries) as Settings;
}

/** Puts settings into the controls; of a choice that is not offered the first is taken. */
export function writeControls(settings: Partial<Settings>): void {
  for (const [name, value] of Object.entries(settings)) {
    const field = byId<Field>(name);
    field.value = String(value);
    if (field instanceof HTMLSelectElement && field.selectedIndex < 0) field.selectedIndex = 0;
  }
  byId<Field>('beams').disabled = readControls().mode === 'greedy';
  byId<Field>('lengthPenalty').disabled = readControls().mode === 'greedy';
}

/** Says in the address what the controls say. */
export function share(): void {
  const hash = hashOf(readControls());
  history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
}
