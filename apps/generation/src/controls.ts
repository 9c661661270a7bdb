import { readControls as read } from '@residual/appkit';
import { address, preset, type Settings } from './settings.js';

/** What the controls of the page say. */
export function readControls(): Settings {
  const settings = read(preset);
  return { ...settings, model: settings.model.trim(), hub: settings.hub.trim() };
}

/** Says in the address what the controls say. */
export function share(): void {
  address.share(readControls());
}
