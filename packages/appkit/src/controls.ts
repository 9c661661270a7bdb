import type { Address } from './address.js';
import { byId, showNotice } from './page.js';

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

/**
 * Says what the address of the page asks for that is not here: values that no setting has, and choices that the controls do not offer, which show what stands in their
 * place. `more` are sentences of the page's own.
 */
export function tellUnheeded<Settings extends object>(
  { settingsFrom, unheededIn }: Pick<Address<Settings>, 'settingsFrom' | 'unheededIn'>,
  more: readonly string[] = [],
): void {
  const { hash } = location;
  const asked = new URLSearchParams(hash.replace(/^#/, ''));
  const missing = new Map(Object.entries(unheededIn(hash)));
  for (const [name, value] of Object.entries(settingsFrom(hash))) {
    const field = document.getElementById(name);
    if (!(field instanceof HTMLSelectElement) || !asked.has(name)) continue;
    if (![...field.options].some(option => option.value === String(value))) missing.set(name, asked.get(name)!);
  }
  const sentences = [...missing].map(([name, value]) => {
    const field = byId<Field>(name);
    const label = field.closest('label')?.firstChild?.textContent?.trim() || name;
    const shown = field instanceof HTMLSelectElement ? (field.selectedOptions[0]?.text ?? '') : field.value;
    return `This link asks for ${label} “${value}”, which is not here; “${shown}” stands in its place.`;
  });
  showNotice([...sentences, ...more].join(' '));
}
