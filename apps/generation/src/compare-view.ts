import { byId } from '@residual/appkit';
import type { BarsElement, DisplayedToken, TokensElement } from '@residual/elements';
import { readControls } from './controls.js';
import { type Evidence, showBarsOnSelection } from './evidence.js';
import type { Session } from './session.js';
import type { Settings } from './settings.js';
import { type StoryView, writeWithEvidence } from './story-view.js';

/** Wires the second section; returns the function that continues the same beginning greedily and with sampling. */
export function compareView(session: Session, { writing }: StoryView): () => Promise<void> {
  const evidenceByMode: Partial<Record<'greedy' | 'sampled', Evidence>> = {};
  const parts = (['greedy', 'sampled'] as const).map(mode => {
    const [element, bars] = [byId<TokensElement>(mode), byId<BarsElement>(`${mode}-bars`)];
    showBarsOnSelection(session, element, bars, () => evidenceByMode[mode]);
    return { mode, element, bars };
  });
  const result = byId('both-result');
  let comparison: { readonly settings: Settings; readonly text: string } | undefined;
  // The texts belong to the settings of their time; the page says so once the settings differ.
  const check = () => {
    if (comparison) result.textContent = comparisonText(comparison.text, comparison.settings, readControls());
  };
  document.addEventListener('input', check);
  return () =>
    writing(result, async signal => {
      comparison = undefined;
      const settings = readControls();
      for (const { element, bars } of parts) {
        element.tokens = [];
        bars.bars = [];
        bars.setAttribute('label', 'Point at a token');
      }
      for (const { mode, element } of parts) {
        await writeWithEvidence(session, element, { settings: { ...settings, mode }, signal }, evidence => {
          evidenceByMode[mode] = evidence;
        });
      }
      const [greedy, sampled] = parts.map(({ element }) => element);
      const index = divergenceIndex(greedy!.tokens, sampled!.tokens);
      for (const element of [greedy!, sampled!]) element.select(Math.min(index, element.tokens.length - 1));
      const text = signal.aborted ? 'Stopped.' : sentence(greedy!.tokens, sampled!.tokens, index);
      comparison = { settings, text };
      return comparisonText(text, settings, readControls());
    });
}

/** A sentence about two texts, which says so if the settings of the controls differ from those that wrote them. */
export function comparisonText(text: string, settings: Settings, now: Settings): string {
  if (now.prompt !== settings.prompt)
    return (
      `Both texts continue another beginning, ${abridged(settings.prompt)}. ${text} ` +
      'Press “Write both” to continue the new one.'
    );
  const names = ['temperature', 'topK', 'topP', 'seed', 'maxNewTokens'] as const;
  if (names.some(name => now[name] !== settings[name]))
    return (
      `Both texts were written with other settings than those above. ${text} ` +
      'Press “Write both” to use the new ones.'
    );
  return text;
}

const abridged = (prompt: string) => `“${prompt.length > 60 ? `${prompt.slice(0, 59).trimEnd()}…` : prompt}”`;

/** The first index at which two texts have different tokens, or the length of the shorter one. */
export function divergenceIndex(
  one: readonly Pick<DisplayedToken, 'id'>[],
  other: readonly Pick<DisplayedToken, 'id'>[],
): number {
  const length = Math.min(one.length, other.length);
  const index = one.slice(0, length).findIndex(({ id }, i) => id !== other[i]!.id);
  return index < 0 ? length : index;
}

function sentence(greedy: readonly DisplayedToken[], sampled: readonly DisplayedToken[], index: number): string {
  const [greedyToken, sampledToken] = [greedy[index], sampled[index]];
  if (!greedyToken || !sampledToken) return 'Both wrote the same tokens.';
  const [taken, drawn] = [greedyToken, sampledToken].map(({ text }) => `“${text.trim()}”`);
  return `They differ from token ${index + 1} on: greedy takes ${taken}, sampled draws ${drawn}.`;
}
