import { make } from '@residual/appkit';
import { defineNeighbours, defineVectors } from '@residual/elements';
import type { MakeView, Tokens } from '../../frame/step.js';
import type { Calls, EmbeddedText } from './calls.js';
import { planeFigure } from './plane.js';
import { pluralFigure } from './plural.js';

/** The rows of the sentence as strips of colour, the sum of one of them with its place, and sums of words. */
export const view: MakeView = (place, tour) => {
  defineVectors();
  defineNeighbours();
  const calls = tour.calls<Calls>('vectors');
  const rows = make('residual-vectors', { id: 'token-rows', className: 'token-rows' });
  rows.setAttribute('label', 'A row of 320 numbers for each token');
  const sum = make('residual-vectors', { id: 'token-sum' });
  sum.setAttribute('label', 'The row of a token, the row of its place, and their sum');
  const sumTitle = make('h3', {}, 'A token and its place');
  const plane = planeFigure();
  const answers = make('residual-neighbours', { id: 'analogy-answers' });
  answers.setAttribute('label', 'The nearest of 50,000 words, by cosine');
  const told = make('p', { className: 'answer', id: 'analogy-answer', role: 'status' });
  const plural = pluralFigure();
  const source = make('p', { className: 'note' });
  source.append(
    'These words have vectors of 100 numbers (GloVe), learned from text by themselves; a model learns such ' +
      'directions too. The cosine says how alike two directions are: 1 is the same, 0 has nothing in common, and ' +
      'below 0 they are opposed. ',
    make('a', { href: '../embedding-arithmetic/' }, 'Calculate with words of your own'),
    '.',
  );
  const words = make('div', { className: 'two' }, make('div', { className: 'side' }, plane.element, told));
  words.append(make('div', { className: 'side' }, answers, plural.element));
  place.append(
    make('h3', {}, 'The row of each token'),
    make('p', { className: 'note' }, 'Each thin line is a number: blue above zero, orange below, and pale near zero.'),
    rows,
    sumTitle,
    sum,
    make('h3', {}, 'Steps with a meaning'),
    words,
  );
  place.append(source);
  rows.addEventListener('residual-vector', ({ detail }) => tour.state.set({ vectorToken: detail.row }));

  let shown: { readonly tokens: Tokens; readonly embedded: EmbeddedText } | undefined;
  const showWords = async (analogy: string, signal: AbortSignal) => {
    const [{ neighbours, ...figure }, along] = await Promise.all([
      calls.analogy(analogy, signal),
      calls.along('cat', 'cats', ['one', 'two', 'three', 'four'], signal),
    ]);
    signal.throwIfAborted();
    plane.show(figure);
    answers.neighbours = neighbours;
    told.textContent = `${analogy.replaceAll('-', '−')} lands nearest to ${neighbours[0]!.word}.`;
    plural.show(along);
  };
  return async ({ settings, tokens, signal }) => {
    const embedded = shown?.tokens === tokens ? shown.embedded : await calls.embed(tokens.text, signal);
    signal.throwIfAborted();
    const row = rowOf(embedded);
    const names = tokens.texts.map(text => text.trim() || '␣');
    if (shown?.tokens !== tokens) {
      rows.vectors = names.map((label, i) => ({ label, values: row('token', i) }));
      shown = { tokens, embedded };
    }
    const last = names.length - 1;
    const chosen = settings.vectorToken < 0 ? last : Math.min(settings.vectorToken, last);
    rows.selected = chosen;
    sumTitle.textContent = `“${names[chosen]}” at place ${chosen + 1}`;
    sum.vectors = [
      { label: 'its row', values: row('token', chosen) },
      { label: '+ its place', values: row('position', chosen) },
      { label: '= together', values: row('sum', chosen) },
    ];
    await showWords(settings.analogy, signal);
  };
};

/** The row of a token in a table of an embedded text. */
const rowOf =
  (text: EmbeddedText) =>
  (table: 'token' | 'position' | 'sum', index: number): Float32Array =>
    text[table].subarray(index * text.modelDim, (index + 1) * text.modelDim);
