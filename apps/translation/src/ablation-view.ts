import { byId, make, percent } from '@residual/appkit';
import { diffWords } from './difference.js';
import { logprobWithout } from './head-effects.js';
import type { Session } from './session.js';
import { headsIn, optionsOf, type Settings, textOfHeads } from './settings.js';

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
    const { translation, segments } = await model.translate(settings.text, { ...options, signal }).result();
    const marked = diffWords(without, translation).map(({ text, changed }) =>
      changed ? make('mark', { textContent: text }) : text,
    );
    const row = (name: string, ...words: readonly (Node | string)[]) =>
      make('div', {}, make('dt', { textContent: name }), make('dd', { lang: 'fr' }, ...words));
    const note = without === translation ? ' — the same words' : '';
    const list = make(
      'dl',
      {},
      row('With all heads', translation),
      row(`Without ${textOfHeads(off)}${note}`, ...marked),
    );
    let [before, after] = [0, 0];
    for (const { sourceTokens, tokens } of segments) {
      const translated = { source: sourceTokens, tokens };
      before += await logprobWithout(model, translated, [], session.end, signal);
      after += await logprobWithout(model, translated, off, session.end, signal);
    }
    const share = percent(Math.exp(after - before));
    const these = off.length === 1 ? 'this head' : 'these heads';
    const sentence = `Without ${these} the translation of the whole model keeps ${share} of its probability.`;
    element.replaceChildren(list, make('p', { className: 'note', textContent: sentence }));
  };
}
