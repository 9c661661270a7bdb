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

/** Puts settings into the controls; of a choice that is not offered the first is taken, and of a number that does not fit the nearest that does. */
export function writeControls(settings: object): void {
  for (const [name, value] of Object.entries(settings)) {
    const field = byId<Field>(name);
    if (isCheckbox(field)) field.checked = value === true;
    else field.value = String(typeof value === 'number' ? nearest(field, value) : value);
    if (field instanceof HTMLSelectElement && field.selectedIndex < 0) field.selectedIndex = 0;
  }
}

/** The number nearest to one that a field takes: from its least to its largest, in whole steps where those are whole numbers. */
function nearest(field: HTMLElement | null, value: number): number {
  if (!(field instanceof HTMLInputElement) || field.type !== 'number' || !Number.isFinite(value)) return value;
  const [min, max, step] = [field.min, field.max, field.step].map(text => Number.parseFloat(text));
  const [least, largest] = [Number.isNaN(min) ? -Infinity : min!, Number.isNaN(max) ? Infinity : max!];
  const from = Number.isFinite(least) ? least : 0;
  const stepped = step! >= 1 ? from + Math.round((value - from) / step!) * step! : value;
  return Math.min(largest, Math.max(least, stepped));
}

/**
 * Says what the address of the page asks for that is not here: names of no setting, values that no setting has, numbers that do not fit, and choices that the controls do
 * not offer, which show what stands in their place. `more` are sentences of the page's own.
 */
export function reportUnheeded<Settings extends object>(
  { settingsFrom, invalidIn, unknownIn }: Pick<Address<Settings>, 'settingsFrom' | 'invalidIn' | 'unknownIn'>,
  more: readonly string[] = [],
): void {
  const { hash } = location;
  const asked = new URLSearchParams(hash.replace(/^#/, ''));
  const settings = new Map<string, unknown>(Object.entries(settingsFrom(hash)));
  const missing = new Map(Object.entries(invalidIn(hash)));
  for (const [name, value] of settings) {
    const field = document.getElementById(name);
    if (!asked.has(name)) continue;
    const isOffered =
      field instanceof HTMLSelectElement
        ? [...field.options].some(option => option.value === String(value))
        : typeof value !== 'number' || nearest(field, value) === value;
    if (!isOffered) missing.set(name, asked.get(name)!);
  }
  const sentences = [...missing].map(([name, value]) => {
    const field = document.getElementById(name);
    const label = field?.closest('label')?.firstChild?.textContent?.trim() || name;
    const shown = shownIn(field) ?? String(settings.get(name));
    return `This link asks for ${label} “${clipped(value)}”, which is not available; “${clipped(shown)}” is used instead.`;
  });
  const unknown = unknownIn(hash);
  const named = unknown.slice(0, maxNames).map(name => `“${clipped(name)}”`);
  if (unknown.length > maxNames) named.push(`${unknown.length - maxNames} more`);
  if (named.length > 0)
    sentences.push(`This link sets ${new Intl.ListFormat('en').format(named)}, which is not a setting of this page.`);
  showNotice([...sentences, ...more].join(' '));
}

/** So many unknown names are told by name, and so many characters of what a link holds are repeated. */
const maxNames = 3;
const maxCharacters = 60;

const clipped = (text: string) => {
  const characters = [...text];
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters).join('')}…` : text;
};

/** What a control shows; undefined of what is no control. */
function shownIn(field: HTMLElement | null): string | undefined {
  if (field instanceof HTMLSelectElement) return field.selectedOptions[0]?.text ?? '';
  if (field instanceof HTMLTextAreaElement) return field.value;
  if (!(field instanceof HTMLInputElement)) return undefined;
  return field.type === 'checkbox' ? (field.checked ? 'on' : 'off') : field.value;
}
