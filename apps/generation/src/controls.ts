import { readControls as read } from '@residual/appkit';
import { address, preset, type Settings } from './settings.js';

/** The settings in the controls of the page. */
export function readControls(): Settings {
  const settings = read(preset);
  return { ...settings, model: settings.model.trim(), hub: settings.hub.trim() };
}

/** Writes the settings of the controls into the address. */
export function share(): void {
  address.share(readControls());
}
