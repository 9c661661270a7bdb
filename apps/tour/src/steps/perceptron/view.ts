import { fixed, make, onColourScheme } from '@residual/appkit';
import type { MakeView } from '../../frame/step.js';
import { depth } from '../attention/settings.js';
import type { Calls, PerceptronRun } from './calls.js';
import { factView } from './fact-view.js';
import { featuresPart } from './features/part.js';
import { nameView, otherName } from './name-view.js';
import { bendFigure, firingList, perceptronFigure } from './neurons-view.js';
import { settings as preset } from './settings.js';
import { factSentence } from './texts.js';

/** The perceptron of a block at a token, the texts on which a neuron fires, and a stored fact. */
export const view: MakeView = (place, tour) => {
  const { calls: connect, state } = tour;
  const calls = connect<Calls>('perceptron');
  const title = make('h3', {}, 'One token goes through');
  const told = make('p', { className: 'answer', id: 'perceptron-answer', role: 'status' });
  const blocks = Array.from({ length: depth }, (_, layer) => {
    const button = make('button', { type: 'button' }, `block ${layer}`);
    button.addEventListener('click', () => state.set({ perceptronLayer: layer, neuron: -1 }));
    return button;
  });
  const block = make('fieldset', { className: 'chips', id: 'perceptron-blocks' }, ...blocks);
  block.setAttribute('aria-label', 'The block');
  const token = make('select', { id: 'perceptron-token' });
  token.addEventListener('change', () => state.set({ perceptronToken: Number(token.value) }));
  const number = make('input', { type: 'number', id: 'neuron', min: '0', step: '1' });
  number.addEventListener('change', () => state.set({ neuron: Number(number.value) }));
  const help = make('small', { id: 'neuron-help' }, 'Each cell is a neuron; a strong colour is a clear yes.');
  for (const control of [token, number]) control.setAttribute('aria-describedby', help.id);
  const chosen = make(
    'div',
    { className: 'chosen' },
    make('label', {}, 'Token', token),
    make('label', {}, 'Neuron', number),
  );
  chosen.append(help);
  const figure = perceptronFigure(neuron => state.set({ neuron }));
  const strongest = make('fieldset', { className: 'chips', id: 'strongest' });
  strongest.setAttribute('aria-label', 'The neurons that fire most at this token');
  const bend = bendFigure();
  const firing = firingList();
  const firingTitle = make('h3', {}, 'Where this neuron fires');
  const note = make('p', { className: 'note' }, 'Found in 48 short stories that this very model wrote.');
  const left = make('div', { className: 'side' }, make('h3', {}, 'The bend'), bend.element);
  const right = make('div', { className: 'side' }, firingTitle, firing.element, note);
  const name = nameView(change => state.set(change));
  const fact = factView(depth, change => state.set(change));
  place.append(title, told, block, chosen, figure.element, strongest, make('div', { className: 'two' }, left, right));
  place.append(make('h3', {}, 'A fact, stored'), fact.element);
  place.append(make('h3', {}, 'A name, remembered'), name.element, featuresPart(tour));

  const showNeurons = ({ after }: PerceptronRun, selected: number) => {
    const best = [...after.keys()].sort((one, other) => after[other]! - after[one]!).slice(0, 6);
    strongest.replaceChildren(
      make('span', { className: 'try', ariaHidden: 'true' }, 'The strongest here'),
      ...best.map(neuron => {
        const button = make('button', { type: 'button' }, `${neuron}: ${fixed(after[neuron]!, 2)}`);
        button.setAttribute('aria-pressed', String(neuron === selected));
        button.addEventListener('click', () => state.set({ neuron }));
        return button;
      }),
    );
  };
  let redraw = () => {};
  onColourScheme(() => redraw());
  return async ({ settings, tokens, signal }) => {
    const layer = Math.max(0, Math.min(depth - 1, Math.round(settings.perceptronLayer)));
    const last = tokens.ids.length - 1;
    const position = settings.perceptronToken < 0 ? last : Math.min(settings.perceptronToken, last);
    const start = settings.factStart.trim() || preset.factStart;
    const silent = [...settings.silent].map(Number).filter(each => each >= 0 && each < depth);
    const girl = settings.factName.trim() || preset.factName;
    const [run, facts, probability] = await Promise.all([
      calls.look(tokens.text, layer, position, signal),
      calls.fact(factSentence(start), silent, signal),
      calls.name(girl, otherName(girl), signal),
    ]);
    signal.throwIfAborted();
    const strongest = run.after.indexOf(run.after.reduce((most, value) => Math.max(most, value)));
    const neuron = settings.neuron < 0 ? strongest : Math.min(Math.round(settings.neuron), run.after.length - 1);
    const text = tokens.texts[position]!.trim() || '␣';
    title.textContent = `“${text}” in block ${layer}`;
    const [before, after] = [fixed(run.before[neuron]!, 2), fixed(run.after[neuron]!, 2)];
    told.textContent = `Neuron ${neuron} gets ${before}; the bend makes it ${after}.`;
    token.replaceChildren(
      ...tokens.texts.map((text, i) =>
        make('option', { value: String(i), selected: i === position }, text.trim() || '␣'),
      ),
    );
    number.max = String(run.after.length - 1);
    if (document.activeElement !== number) number.value = String(neuron);
    for (const [i, button] of blocks.entries()) button.setAttribute('aria-pressed', String(i === layer));
    redraw = () => figure.show(run, neuron);
    redraw();
    showNeurons(run, neuron);
    bend.show(run.before[neuron]!, run.after[neuron]!);
    firingTitle.textContent = `Where neuron ${neuron} of block ${layer} fires`;
    name.show(girl, probability);
    fact.show(start, facts, silent);
    firing.show(await calls.firing(layer, neuron, signal));
  };
};
