import { byId, readControls as read, writeControls as write } from '@residual/appkit';
import { address, preset, type Settings } from './settings.js';

/** What the controls of the page say. */
export function readControls(): Settings {
  return read(preset);
}

/** Puts settings into the controls; what beams need is only asked where there are any. */
export function writeControls(settings: Partial<Settings>): void {
  write(settings);
  for (const id of ['beams', 'lengthPenalty']) byId<HTMLInputElement>(id).disabled = readControls().mode === 'greedy';
}

/** Says in the address what the controls say. */
export function share(): void {
  address.share(readControls());
}
