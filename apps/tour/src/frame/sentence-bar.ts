import { byId, debounce, latestOnly, make, percent, reportFailure } from '@residual/appkit';
import { sentenceOf } from '../settings.js';
import type { Calls } from '../steps/next/calls.js';
import type { Tour } from './tour.js';

/** The editable sentence, and what the model says comes next. */
export function sentenceBar(tour: Tour): void {
  const field = byId<HTMLTextAreaElement>('sentence');
  const guess = byId('guess');
  const { state } = tour;
  const calls = tour.calls<Calls>('next');
  const newest = latestOnly();
  const show = () => {
    if (document.activeElement !== field || field.value.trimEnd() !== state.now.sentence.trimEnd())
      field.value = state.now.sentence;
  };
  const update = async () => {
    const best = await newest(calls.likeliest(sentenceOf(state.now)));
    if (!best) return;
    guess.replaceChildren(
      make('span', { className: 'unseen' }, 'The model expects'),
      make('b', {}, best.text.trim() || best.text),
      ' ',
      make('span', { className: 'figure' }, percent(best.probability)),
    );
  };
  const share = debounce(() => state.set({ sentence: field.value }), 150);
  field.addEventListener('input', share);
  field.addEventListener('keydown', event => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    share.cancel();
    state.set({ sentence: field.value });
  });
  byId('bar').addEventListener('submit', event => event.preventDefault());
  state.on(['sentence'], () => {
    show();
    reportFailure(update());
  });
  show();
  reportFailure(update());
}
