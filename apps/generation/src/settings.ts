/** What the page can be set to; all of it stands in the address. */
export interface Settings {
  readonly prompt: string;
  readonly mode: 'sampled' | 'greedy';
  readonly temperature: number;
  /** 0 keeps all tokens. */
  readonly topK: number;
  readonly topP: number;
  readonly seed: number;
  readonly maxNewTokens: number;
  /** `auto` takes the graphics card where there is a real one, else WebAssembly. */
  readonly backend: string;
  /** A Hugging Face id; empty for the shipped model. */
  readonly model: string;
}

/** What stands there before the first click. */
export const preset: Settings = {
  prompt: 'Once upon a time, there was a fluffy blue creature who',
  mode: 'sampled',
  temperature: 0.8,
  topK: 0,
  topP: 0.95,
  seed: 7,
  maxNewTokens: 48,
  backend: 'auto',
  model: '',
};

/** The settings in the part of an address after `#`; what is missing or no number there is as in the preset. */
export function settingsFrom(hash: string): Settings {
  const given = new URLSearchParams(hash.replace(/^#/, ''));
  const entries = Object.entries(preset).map(([name, usual]) => {
    const text = given.get(name);
    if (text === null) return [name, usual];
    if (typeof usual === 'string') return [name, text];
    return [name, text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : usual];
  });
  const settings = Object.fromEntries(entries) as Settings;
  return { ...settings, mode: settings.mode === 'greedy' ? 'greedy' : 'sampled' };
}

/** The part of an address after `#` that says what differs from the preset. */
export function hashOf(settings: Settings): string {
  const changed = Object.entries(settings).filter(([name, value]) => value !== preset[name as keyof Settings]);
  return new URLSearchParams(changed.map(([name, value]) => [name, String(value)])).toString();
}
