import type { Address } from './address.js';

/** The settings of a page: they are in its address, and listeners are called when they change. */
export interface State<Settings> {
  readonly now: Settings;
  /** Changes some settings. */
  set(change: Partial<Settings>): void;
  /** Calls `act` after each change of one of these settings, also by the address. */
  on(names: readonly (keyof Settings)[], act: (settings: Settings) => void): void;
}

/** The state in the address of the page. */
export function openState<Settings extends object>(
  address: Pick<Address<Settings>, 'settingsFrom' | 'share'>,
): State<Settings> {
  let now = address.settingsFrom(location.hash);
  const listeners: { names: readonly (keyof Settings)[]; act: (settings: Settings) => void }[] = [];
  const become = (next: Settings) => {
    const before = now;
    now = next;
    for (const { names, act } of listeners) if (names.some(name => before[name] !== next[name])) act(next);
  };
  addEventListener('hashchange', () => become(address.settingsFrom(location.hash)));
  return {
    get now() {
      return now;
    },
    set: change => {
      const next = { ...now, ...change };
      address.share(next);
      become(next);
    },
    on: (names, act) => {
      listeners.push({ names, act });
    },
  };
}
