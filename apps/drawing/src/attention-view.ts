import { byId, latestOnly, percent, reportFailure, type State } from '@residual/appkit';
import { type Pattern, patternOfTaps } from '@residual/appkit/attention-pattern';
import { type LookedAt, lookedAt } from './attention.js';
import type { Layers } from './paper.js';
import type { Player } from './player.js';
import type { Session } from './session.js';
import type { Settings } from './settings.js';

/** What attention looks at, on the paper and in words. */
export interface AttentionView {
  /** The points to mark at the moment that is shown; undefined if the visitor does not ask for them. */
  marks(player: Player): Layers['marks'];
}

/** Wires the choice of a head; `changed` is called when there is more to show. */
export function attentionView(state: State<Settings>, session: Session, changed: () => void): AttentionView {
  const select = byId<HTMLSelectElement>('head');
  const latest = latestOnly();
  let read: { readonly of: Player['drawn']; readonly pattern: Pattern } | undefined;
  const load = async (of: NonNullable<Player['drawn']>) => {
    const taps = ['decoder.layers.*.attention.weights'];
    const output = await latest(session.model.forward(of.tokens, { taps }));
    if (!output) return;
    read = { of, pattern: patternOfTaps(output.taps) };
    offerHeads(select, read.pattern, state.now.head);
    changed();
  };
  let loading: Player['drawn'];
  select.addEventListener('change', () => {
    state.set({ head: Number(select.value) });
    changed();
  });
  const write = () => {
    const { head } = state.now;
    select.value = String([...select.options].some(({ value }) => value === String(head)) ? head : meanOfHeads);
  };
  state.on(['head'], () => {
    write();
    changed();
  });
  if (state.now.head !== notLooking) write();
  return {
    marks: ({ drawn, at, moments }) => {
      const { head } = state.now;
      if (head === notLooking || !drawn) {
        byId('looked').textContent = head === notLooking ? '' : 'When the drawing is at its end, this is computed.';
        return undefined;
      }
      if (read?.of !== drawn) {
        if (loading !== drawn) reportFailure(load(drawn));
        loading = drawn;
        byId('looked').textContent = 'Looking.';
        return undefined;
      }
      const looked = lookedAt(read.pattern, drawn, Math.min(at, moments.length - 1), head, session.strokes);
      byId('looked').textContent = sentenceOf(looked);
      return looked.marks;
    },
  };
}

/** The value of the setting `head` that shows nothing, and that of the mean of all heads. */
export const [notLooking, meanOfHeads] = [-2, -1];

/** Offers nothing, the mean of all heads, and each head. */
function offerHeads(select: HTMLSelectElement, pattern: Pattern, chosen: number): void {
  const heads = pattern.flatMap((layer, i) => layer.map((_, head) => `block ${i}, head ${head}`));
  select.replaceChildren(
    new Option('nothing', String(notLooking)),
    new Option('the mean of all heads', String(meanOfHeads)),
    ...heads.map((name, i) => new Option(name, String(i))),
  );
  select.value = String(chosen);
}

function sentenceOf({ words, start, points, lifts }: LookedAt): string {
  return (
    `It looks at the word with ${percent(words)} of its attention, at the start of the sheet with ${percent(start)}, ` +
    `at points with ${percent(points)}, and at where the pen was lifted with ${percent(lifts)}.`
  );
}
