import { readControls, writeControls } from '@residual/appkit';
import { address, preset, type Settings } from './settings.js';

/** The settings in the controls of the page. */
export function controls(): Settings {
  return readControls(preset);
}

/** Writes the settings of the controls into the address. */
export function share(): void {
  address.share(controls());
}

/** Changes some controls and the address. */
export function set(change: Partial<Settings>): void {
  writeControls(change);
  share();
}

/** Writes the settings of the address into the controls. */
export function readAddress(): void {
  writeControls(address.settingsFrom(location.hash));
}
