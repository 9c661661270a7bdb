import { openState as openStateOf, type State as StateOf } from '@residual/appkit';
import { address, type Settings } from './settings.js';

/** The settings of the page. */
export type State = StateOf<Settings>;

/** The state in the address. */
export const openState = (): State => openStateOf(address);
