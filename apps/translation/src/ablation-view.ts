import { byId, make } from '@residual/appkit';
import { diffWords } from './difference.js';
import type { Session } from './session.js';
import { headsIn, optionsOf, type Settings } from './settings.js';

/** Shows the translation with all heads beside `without`, the translation without some of them. */
export function ablationView(
  session: Session,
): (settings: Settings, without: string, signal: AbortSignal) => Promise<void> {
  const element = byId('ablation');
  return async (settings, without, signal) => {
    const { model } = session;
    const off = headsIn(settings.off, model.depth, model.heads);
    if (off.length === 0 || without.trim() === '') return element.replaceChildren();
    const options = { ...optionsOf({ ...settings, off: '' }, model.depth, model.heads), alignments: false };
    const { translation } = await model.translate(settings.text, { ...options, signal }).result();
    const marked = diffWords(without, translation).map(({ text, changed }) =>
      changed ? make('mark', { textContent: text }) : text,
    );
    const heads = off.map(({ layer, head }) => `${layer}.${head}`).join(', ');
    const row = (name: string, ...words: readonly (Node | string)[]) =>
      make('div', {}, make('dt', { textContent: name }), make('dd', { lang: 'fr' }, ...words));
    const note = without === translation ? ' — the same words' : '';
    element.replaceChildren(
      make('dl', {}, row('With all heads', translation), row(`Without ${heads}${note}`, ...marked)),
    );
  };
}
