import type { State } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { Pair } from '../pair.js';
import type { Settings } from '../settings.js';
import type { Calls } from '../work/calls.js';

/** What every part of the page uses. */
export interface Context {
  readonly state: State<Settings>;
  readonly pair: Pair;
  readonly worker: Remote<Calls>;
}
