import { byId } from '@residual/appkit';
import type { BarsElement, ShownToken, TokensElement } from '@residual/elements';
import { readControls } from './controls.js';
import { type Evidence, showBarsOnLook } from './evidence.js';
import type { Session } from './session.js';
import { type StoryView, writeWithEvidence } from './story-view.js';

/** Wires the second section; gives the function that writes the same beginning greedily and sampled. */
export function compareView(session: Session, { writing }: StoryView): () => Promise<void> {
  const known: Partial<Record<'greedy' | 'sampled', Evidence>> = {};
  const parts = (['greedy', 'sampled'] as const).map(mode => {
    const [element, bars] = [byId<TokensElement>(mode), byId<BarsElement>(`${mode}-bars`)];
    showBarsOnLook(session, element, bars, () => known[mode]);
    return { mode, element };
  });
  return () =>
    writing(byId('both-result'), async signal => {
      for (const { mode, element } of parts) {
        await writeWithEvidence(session, element, { settings: { ...readControls(), mode }, signal }, evidence => {
          known[mode] = evidence;
        });
      }
      const [greedy, sampled] = parts.map(({ element }) => element);
      const place = partingOf(greedy!.tokens, sampled!.tokens);
      for (const element of [greedy!, sampled!]) element.look(Math.min(place, element.tokens.length - 1));
      return signal.aborted ? 'Stopped.' : sentence(greedy!.tokens, sampled!.tokens, place);
    });
}

/** The first place at which two texts have different tokens, or the length of the shorter one. */
export function partingOf(one: readonly Pick<ShownToken, 'id'>[], other: readonly Pick<ShownToken, 'id'>[]): number {
  const length = Math.min(one.length, other.length);
  const place = one.slice(0, length).findIndex(({ id }, i) => id !== other[i]!.id);
  return place < 0 ? length : place;
}

function sentence(greedy: readonly ShownToken[], sampled: readonly ShownToken[], place: number): string {
  const [taken, drawn] = [greedy[place], sampled[place]];
  if (!taken || !drawn) return 'Both wrote the same tokens.';
  return `They part at token ${place + 1}: greedy takes “${taken.text.trim()}”, sampled draws “${drawn.text.trim()}”.`;
}
