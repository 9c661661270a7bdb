import { chips } from '@residual/appkit';
import { type Pair, sides } from '../pair.js';
import type { Side } from '../settings.js';

/** Fills a group with the two tokenizers as buttons; returns the function that marks one of them. */
export function sideChips(id: string, pair: Pair, choose: (side: Side) => void): (chosen: Side) => void {
  const labels = () => sides.map(side => [pair.label(side), side] as const);
  let marked: Side = 'first';
  let mark = chips(id, labels(), choose);
  pair.onChange(() => {
    mark = chips(id, labels(), choose);
    mark(marked);
  });
  return chosen => {
    marked = chosen;
    mark(chosen);
  };
}
