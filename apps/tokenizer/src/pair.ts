import { byId, type State } from '@residual/appkit';
import type { Settings, Side } from './settings.js';
import { shipped } from './shipped.js';

/** The two tokenizers that are compared. */
export interface Pair {
  /** The name of a tokenizer in the worker. */
  name(side: Side): string;
  /** Its short label, such as `GPT-2`. */
  label(side: Side): string;
  /** Offers another tokenizer, or the same name with another tokenizer behind it. */
  offer(name: string, label: string): void;
  choose(side: Side, name: string): void;
  /** Calls `act` when a tokenizer was chosen, or is another one under the same name. */
  onChange(act: (side: Side) => void): void;
}

/** The settings that hold the names. */
const keys = { first: 'tokenizer', second: 'beside' } as const;
export const sides: readonly Side[] = ['first', 'second'];

/** Fills the two lists of tokenizers. A tokenizer of the visitor is not in the address. */
export function openPair(state: State<Settings>): Pair {
  const names: Record<Side, string> = { first: state.now.tokenizer, second: state.now.beside };
  const selects = { first: byId<HTMLSelectElement>('tokenizer'), second: byId<HTMLSelectElement>('beside') };
  const listeners: ((side: Side) => void)[] = [];
  const changed = (side: Side) => {
    for (const act of listeners) act(side);
  };
  const choose = (side: Side, name: string) => {
    selects[side].value = names[side] = name;
    if (Object.hasOwn(shipped, name)) state.set({ [keys[side]]: name });
    changed(side);
  };
  for (const side of sides) {
    const select = selects[side];
    select.append(...Object.entries(shipped).map(([name, label]) => new Option(label, name)));
    select.value = names[side];
    select.addEventListener('change', () => choose(side, select.value));
    state.on([keys[side]], now => {
      if (now[keys[side]] !== names[side]) choose(side, now[keys[side]]);
    });
  }
  return {
    name: side => names[side],
    label: side => (selects[side].selectedOptions[0]?.text ?? '').split(',')[0]!,
    offer: (name, label) => {
      for (const select of Object.values(selects)) {
        const option = [...select.options].find(({ value }) => value === name);
        if (option) option.text = label;
        else select.append(new Option(label, name));
      }
      for (const side of sides) if (names[side] === name) changed(side);
    },
    choose,
    onChange: act => {
      listeners.push(act);
    },
  };
}
