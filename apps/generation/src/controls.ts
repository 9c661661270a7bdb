import { byId } from './page.js';
import type { Settings } from './settings.js';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const texts = ['prompt', 'mode', 'backend', 'model'] as const;
const numbers = ['temperature', 'topK', 'topP', 'seed', 'maxNewTokens'] as const;

/** What the controls of the page say. */
export function readControls(): Settings {
  const entries = [
    ...texts.map(name => [name, byId<Field>(name).value]),
    ...numbers.map(name => [name, Number.parseFloat(byId<Field>(name).value)]),
  ];
  const settings = Object.fromEntries(entries) as Settings;
  return { ...settings, model: settings.model.trim() };
}

/** Puts settings into the controls; a backend that is not offered becomes `auto`. */
export function writeControls(settings: Settings): void {
  for (const name of [...texts, ...numbers]) byId<Field>(name).value = String(settings[name]);
  const backend = byId<HTMLSelectElement>('backend');
  if (backend.selectedIndex < 0) backend.value = 'auto';
}
