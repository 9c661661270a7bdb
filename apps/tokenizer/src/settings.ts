import { examples } from './examples.js';

/** What the page can be set to; all of it stands in the address. */
export interface Settings {
  /** The name of a shipped tokenizer. */
  readonly tokenizer: string;
  readonly special: boolean;
  readonly text: string;
}

/** What stands there before the first click. */
export const preset: Settings = { tokenizer: 'stories', special: false, text: examples.story! };

/** The settings in the part of an address after `#`; what is missing there is as in the preset. */
export function settingsFrom(hash: string): Settings {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const special = given.get('special');
  return {
    tokenizer: given.get('tokenizer') ?? preset.tokenizer,
    special: special === null ? preset.special : special === 'true',
    text: given.get('text') ?? preset.text,
  };
}

/** The part of an address after `#` that says what differs from the preset. */
export function hashOf(settings: Settings): string {
  const changed = Object.entries(settings).filter(([name, value]) => value !== preset[name as keyof Settings]);
  return new URLSearchParams(changed.map(([name, value]) => [name, String(value)])).toString();
}
