import { readControls, writeControls } from '@residual/appkit';
import { address, preset, type Settings } from './settings.js';

/** What the controls of the page say. */
export function controls(): Settings {
  return readControls(preset);
}

/** Says in the address what the controls say. */
export function share(): void {
  address.share(controls());
}

/** Changes some controls, and with them the address. */
export function set(change: Partial<Settings>): void {
  writeControls(change);
  share();
}

/** Puts what the address says into the controls. */
export function follow(): void {
  writeControls(address.settingsFrom(location.hash));
}
