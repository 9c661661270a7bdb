import { byId, readControls as read, writeControls as write } from '@residual/appkit';
import { address, preset, type Settings } from './settings.js';

/** The settings in the controls of the page. */
export function readControls(): Settings {
  return read(preset);
}

/** Writes settings into the controls; the controls of the beam search are disabled for greedy decoding. */
export function writeControls(settings: Partial<Settings>): void {
  write(settings);
  for (const id of ['beams', 'lengthPenalty']) byId<HTMLInputElement>(id).disabled = readControls().mode === 'greedy';
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
