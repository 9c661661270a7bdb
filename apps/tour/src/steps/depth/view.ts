import { make, onColourScheme } from '@residual/appkit';
import type { MakeView, Tokens } from '../../frame/step.js';
import type { Calls, Guess, Guesses } from './calls.js';
import { lensTable } from './lens-table.js';
import { layerName, streamView } from './stream-view.js';

/** The residual stream of one token with what each layer would say, and the same for all tokens as a table. */
export const view: MakeView = (place, { calls: connect, state }) => {
  const calls = connect<Calls>('depth');
  const title = make('h3', {}, 'The stream of a token');
  const told = make('p', { className: 'answer', id: 'depth-answer', role: 'status' });
  const stream = streamView();
  const note = make('p', { className: 'note' });
  note.textContent =
    'The strips are the 320 numbers of the stream after each block. The small bars are what the attention and the ' +
    'perceptron of a block add to the raw score of the answer, to the right for more and to the left for less.';
  const table = lensTable(depthToken => state.set({ depthToken }));
  const legend = make('p', { className: 'note' });
  legend.textContent = 'Stronger colours are surer guesses; a guess with a frame is the token that does come next.';
  const head = make('div', {}, title, told);
  place.append(head, stream.element, note, make('h3', {}, 'All tokens at once'), table.element, legend);

  let shown: { readonly tokens: Tokens; readonly guesses: Guesses } | undefined;
  let redraw = () => {};
  onColourScheme(() => redraw());
  return async ({ settings, tokens, signal }) => {
    const guesses = shown?.tokens === tokens ? shown.guesses : await calls.guesses(tokens.text, signal);
    signal.throwIfAborted();
    shown = { tokens, guesses };
    const last = tokens.ids.length - 1;
    const chosen = settings.depthToken < 0 ? last : Math.min(settings.depthToken, last);
    const own = guesses.map(layer => layer[chosen]!);
    const answer = own.at(-1)![0]!;
    const parts = await calls.stream(tokens.text, chosen, answer.id, signal);
    signal.throwIfAborted();
    const texts = tokens.texts.map(text => text.trim() || '␣');
    title.textContent = `The stream of “${texts[chosen]}”`;
    told.textContent = sentenceOf(own, answer);
    redraw = () => stream.show(own, parts);
    redraw();
    table.show(texts, guesses, chosen);
  };
};

/** Says from which layer on the answer is the best guess. */
function sentenceOf(guesses: readonly (readonly Guess[])[], answer: Guess): string {
  const others = guesses.findLastIndex(([best]) => best!.id !== answer.id);
  const [first] = guesses[others + 1]!;
  const said = (probability: number) => `${(100 * probability).toFixed(1)}%`;
  const text = answer.text.trim();
  const end = `${said(answer.probability)} at the end`;
  if (others + 1 === guesses.length - 1) return `Only the last block settles on “${text}”: ${end}.`;
  return `From ${layerName(others + 1)} on the best guess is “${text}”: ${said(first!.probability)} there, ${end}.`;
}
