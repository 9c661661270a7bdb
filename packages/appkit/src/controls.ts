import { byId } from './page.js';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const isCheckbox = (field: Field): field is HTMLInputElement => field.type === 'checkbox';

/** What the controls of the page say, whose ids are the names of the settings; an empty number is none, so that what uses it says what would fit. */
export function readControls<Settings extends object>(preset: Settings): Settings {
  const entries = Object.entries(preset).map(([name, usual]) => {
    const field = byId<Field>(name);
    if (isCheckbox(field)) return [name, field.checked];
    return [name, typeof usual === 'number' ? Number.parseFloat(field.value) : field.value];
  });
  return Object.fromEntries(entries) as Settings;
}

/** Puts settings into the controls; of a choice that is not offered the first is taken. */
export function writeControls(settings: object): void {
  for (const [name, value] of Object.entries(settings)) {
    const field = byId<Field>(name);
    if (isCheckbox(field)) field.checked = value === true;
    else field.value = String(value);
    if (field instanceof HTMLSelectElement && field.selectedIndex < 0) field.selectedIndex = 0;
  }
}
