import type { Address } from './address.js';
import { byId, showNotice } from './page.js';

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

const isCheckbox = (field: Field): field is HTMLInputElement => field.type === 'checkbox';

/**
 * Reads the settings from the controls of the page; the id of a control is the name of its setting. An empty number
 * becomes NaN, so that the error comes from the function that uses it.
 */
export function readControls<Settings extends object>(preset: Settings): Settings {
  const entries = Object.entries(preset).map(([name, fallback]) => {
    const field = byId<Field>(name);
    if (isCheckbox(field)) return [name, field.checked];
    return [name, typeof fallback === 'number' ? Number.parseFloat(field.value) : field.value];
  });
  return Object.fromEntries(entries) as Settings;
}

/**
 * Writes settings into the controls. An unknown choice becomes the first one, and a number outside of its range the
 * nearest one that fits.
 */
export function writeControls(settings: object): void {
  for (const [name, value] of Object.entries(settings)) {
    const field = byId<Field>(name);
    if (isCheckbox(field)) field.checked = value === true;
    else field.value = String(typeof value === 'number' ? nearest(field, value) : value);
    if (field instanceof HTMLSelectElement && field.selectedIndex < 0) field.selectedIndex = 0;
  }
}

/** The nearest number that a field allows, given its minimum, maximum and step. */
function nearest(field: HTMLElement | null, value: number): number {
  if (!(field instanceof HTMLInputElement) || field.type !== 'number' || !Number.isFinite(value)) return value;
  const [min, max, step] = [field.min, field.max, field.step].map(text => Number.parseFloat(text));
  const [least, largest] = [Number.isNaN(min) ? -Infinity : min!, Number.isNaN(max) ? Infinity : max!];
  const from = Number.isFinite(least) ? least : 0;
  const stepped = step! >= 1 ? from + Math.round((value - from) / step!) * step! : value;
  return Math.min(largest, Math.max(least, stepped));
}

/** Fills a select with the numbers below `count`, after an option of value -1; the chosen option stays. */
export function offerNumbers(id: string, first: string, count: number): void {
  const select = byId<HTMLSelectElement>(id);
  if (select.options.length === count + 1) return;
  const chosen = select.value;
  const numbers = Array.from({ length: count }, (_, i) => new Option(String(i), String(i)));
  select.replaceChildren(new Option(first, '-1'), ...numbers);
  if (chosen !== '') select.value = chosen;
}

/**
 * Shows a notice about everything in the address that the page cannot follow: unknown names, invalid values, numbers
 * out of range, and choices that a control does not offer. `more` are further sentences.
 */
export function reportIgnoredSettings<Settings extends object>(
  address: Pick<Address<Settings>, 'settingsFrom' | 'invalidIn' | 'unknownIn'>,
  more: readonly string[] = [],
): void {
  const settings = new Map<string, unknown>(Object.entries(address.settingsFrom(location.hash)));
  const sentences = [...unavailableValues(address, settings)].map(([name, value]) => {
    const field = document.getElementById(name);
    const label = field?.closest('label')?.firstChild?.textContent?.trim() || name;
    const [asked, used] = [clipped(value), clipped(shownIn(field) ?? String(settings.get(name)))];
    return `This link asks for ${label} “${asked}”, which is not available; “${used}” is used instead.`;
  });
  const unknown = address.unknownIn(location.hash);
  if (unknown.length > 0) sentences.push(unknownSentence(unknown));
  showNotice([...sentences, ...more].join(' '));
}

/** The values in the address that are invalid or that the controls do not offer, by the name of the setting. */
function unavailableValues<Settings extends object>(
  { invalidIn }: Pick<Address<Settings>, 'invalidIn'>,
  settings: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, string> {
  const { hash } = location;
  const parameters = new URLSearchParams(hash.replace(/^#/, ''));
  const unavailable = new Map(Object.entries(invalidIn(hash)));
  for (const [name, value] of settings) {
    const field = document.getElementById(name);
    if (!parameters.has(name)) continue;
    const isOffered =
      field instanceof HTMLSelectElement
        ? [...field.options].some(option => option.value === String(value))
        : typeof value !== 'number' || nearest(field, value) === value;
    if (!isOffered) unavailable.set(name, parameters.get(name)!);
  }
  return unavailable;
}

function unknownSentence(names: readonly string[]): string {
  const quoted = names.slice(0, maxNames).map(name => `“${clipped(name)}”`);
  if (names.length > maxNames) quoted.push(`${names.length - maxNames} more`);
  const are = names.length === 1 ? 'is not a setting' : 'are not settings';
  return `This link sets ${new Intl.ListFormat('en').format(quoted)}, which ${are} of this page.`;
}

/** The largest number of unknown names in the notice, and the largest number of characters of a value. */
const maxNames = 3;
const maxCharacters = 60;

const clipped = (text: string) => {
  const characters = [...text];
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters).join('')}…` : text;
};

/** The text that a control shows; undefined for other elements. */
function shownIn(field: HTMLElement | null): string | undefined {
  if (field instanceof HTMLSelectElement) return field.selectedOptions[0]?.text ?? '';
  if (field instanceof HTMLTextAreaElement) return field.value;
  if (!(field instanceof HTMLInputElement)) return undefined;
  return field.type === 'checkbox' ? (field.checked ? 'on' : 'off') : field.value;
}
