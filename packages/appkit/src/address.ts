import { throttle } from './throttle.js';

/** The settings of a page in the hash of its address. */
export interface Address<Settings> {
  /** The settings in a hash; a setting that is missing or invalid has its preset value. */
  readonly settingsFrom: (hash: string) => Settings;
  /** The invalid values in a hash, by the name of the setting. */
  readonly invalidIn: (hash: string) => Readonly<Record<string, string>>;
  /** The names in a hash that are not settings, each once. */
  readonly unknownIn: (hash: string) => readonly string[];
  /** The hash that holds the settings that differ from the preset. */
  readonly hashOf: (settings: Settings) => string;
  /**
   * Writes settings into the address of this page without a new entry in the history. Bursts of changes are throttled.
   */
  readonly share: (settings: Settings) => void;
}

/** The allowed values of settings that do not take every text or number. */
export type Choices<Settings> = { readonly [Name in keyof Settings]?: readonly Settings[Name][] };

/** The address of a page whose settings are texts, numbers or booleans, with the types and defaults of a preset. */
export function addressOf<Settings extends object>(
  preset: Settings,
  choices: Choices<Settings> = {},
): Address<Settings> {
  /** Parses the value of a setting; undefined if it is invalid. */
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
      const entries = Object.entries(preset).map(([name, fallback]) => [
        name,
        settingOf(name, parameters.get(name), fallback) ?? fallback,
      ]);
      return Object.fromEntries(entries) as Settings;
    },
    invalidIn: hash => {
      const entries = [...new URLSearchParams(hash.replace(/^#/, ''))];
      const invalid = entries.filter(([name, text]) => {
        return Object.hasOwn(preset, name) && settingOf(name, text, preset[name as keyof Settings]) === undefined;
      });
      return Object.fromEntries(invalid);
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

/** Parses a text as a value of the type of the default; undefined if that fails. */
function parsed(text: string, fallback: unknown): unknown {
  if (typeof fallback === 'number')
    return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  if (typeof fallback === 'boolean') return text === 'true' ? true : text === 'false' ? false : undefined;
  return text;
}
