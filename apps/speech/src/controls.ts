import { readControls as read, writeControls as write } from '@residual/appkit';
import { address, preset, type Settings } from './settings.js';

/** The settings in the controls of the page. */
export function readControls(): Settings {
  return read(preset);
}

/** Writes settings into the controls. */
export function writeControls(settings: Partial<Settings>): void {
  write(settings);
}

/** Writes the settings of the controls into the address. */
export function share(): void {
  address.share(readControls());
}

/** Writes settings into the controls and into the address. */
export function set(settings: Partial<Settings>): void {
  writeControls(settings);
  share();
}
