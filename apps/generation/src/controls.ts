import { readControls as read, writeControls } from '@residual/appkit';
import { address, preset, type Settings } from './settings.js';

/** The settings in the controls of the page. */
export function readControls(): Settings {
  const settings = read(preset);
  return { ...settings, model: settings.model.trim(), hub: settings.hub.trim() };
}

/** The settings that wrote the story on the page. The controls may hold others, which the next story takes. */
let written: Partial<Settings> = {};

/** The hash that was shared last: writing it again would use up the changes that a browser allows. */
let shared: string | undefined;

/** Writes the settings of the controls into the address, and those that wrote the story. */
export function share(): void {
  const settings = { ...readControls(), ...written };
  const hash = address.hashOf(settings);
  if (hash === shared) return;
  shared = hash;
  address.share(settings);
}

/** Forgets what was shared, because the visitor has opened another address. */
export function forgetShared(): void {
  shared = undefined;
}

/** Says which settings have written the story; they are in the address. */
export function wroteWith({ prompt, mode, temperature, topK, topP, seed, maxNewTokens }: Settings): void {
  written = { prompt, mode, temperature, topK, topP, seed, maxNewTokens };
  share();
}

/** Changes some controls and the address. */
export function set(change: Partial<Settings>): void {
  writeControls(change);
  share();
}
