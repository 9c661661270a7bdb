import { alternativesList, byId, make } from '@residual/appkit';
import { type Moment, sharesOf } from './moments.js';

/** What a pen may do, in the order of the list, and its name. */
const names = { point: 'goes to a point', up: 'is lifted', end: 'puts the last dot' } as const;
const kinds = ['point', 'up', 'end'] as const;

/** Shows how likely the pen goes on, is lifted or ends, at a moment, and marks what it did; `rest` if there is none. */
export function showConsidered(moment: Moment | undefined, rest: string): void {
  const place = byId('considered');
  if (!moment) {
    place.replaceChildren(make('p', { className: 'note' }, rest));
    return;
  }
  const shares = sharesOf(moment.choices);
  const rows = kinds.map((kind, token) => ({
    token,
    probability: Math.min(1, shares[kind]),
    isWritten: kind === moment.kind,
  }));
  place.replaceChildren(alternativesList(rows, i => names[kinds[i]!]));
}
