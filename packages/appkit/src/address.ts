import { throttle } from './throttle.js';

/** How the settings of a page stand in its address, after `#`. */
export interface Address<Settings> {
  /** The settings in that part of an address; what is missing, no number or no choice there is as in the preset. */
  readonly settingsFrom: (hash: string) => Settings;
  /** What that part of an address asks for that no setting can be, by name. */
  readonly invalidIn: (hash: string) => Readonly<Record<string, string>>;
  /** The names in that part of an address that are no settings, each once. */
  readonly unknownIn: (hash: string) => readonly string[];
  /** The part of an address that says what differs from the preset. */
  readonly hashOf: (settings: Settings) => string;
  /** Puts settings into the address of this page, as the same entry of its history: at once, in a burst of changes the latest by and by. */
  readonly share: (settings: Settings) => void;
}

/** The values that a setting can have, where not every text or number is one. */
export type Choices<Settings> = { readonly [Name in keyof Settings]?: readonly Settings[Name][] };

/** Settings that are texts, numbers, or true or false, as in a preset. */
export function addressOf<Settings extends object>(
  preset: Settings,
  choices: Choices<Settings> = {},
): Address<Settings> {
  /** What a text stands for; undefined where it is no value of this setting. */
  const settingOf = (name: string, text: string | null, fallback: unknown): unknown => {
    const value = text === null ? undefined : parsed(text, fallback);
    const offered: readonly unknown[] | undefined = choices[name as keyof Settings];
    return offered?.includes(value) === false ? undefined : value;
  };
  const hashOf = (settings: Settings) => {
    const changed = Object.entries(settings).filter(([name, value]) => value !== preset[name as keyof Settings]);
    return new URLSearchParams(changed.map(([name, value]) => [name, String(value)])).toString();
  };
  return {
    settingsFrom: hash => {
      const parameters = new URLSearchParams(hash.replace(/^#/, ''));
      const entries = Object.entries(preset).map(([name, usual]) => [
        name,
        settingOf(name, parameters.get(name), usual) ?? usual,
      ]);
      return Object.fromEntries(entries) as Settings;
    },
    invalidIn: hash => {
      const given = [...new URLSearchParams(hash.replace(/^#/, ''))];
      const unheeded = given.filter(([name, text]) => {
        return Object.hasOwn(preset, name) && settingOf(name, text, preset[name as keyof Settings]) === undefined;
      });
      return Object.fromEntries(unheeded);
    },
    unknownIn: hash => {
      const names = new Set(new URLSearchParams(hash.replace(/^#/, '')).keys());
      return [...names].filter(name => !Object.hasOwn(preset, name));
    },
    hashOf,
    share: throttle(settings => {
      const hash = hashOf(settings);
      history.replaceState(null, '', hash === '' ? location.pathname + location.search : `#${hash}`);
    }),
  };
}

/** A text as a value of the kind that is usual; undefined where it is none. */
function parsed(text: string, usual: unknown): unknown {
  if (typeof usual === 'number') return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (typeof usual === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text;
}
