import { loadOnce, make, onColourScheme, reportFailure } from '@residual/appkit';
import { defineAttention, defineVectors } from '@residual/elements';
import type { Look, MakeView } from '../../frame/step.js';
import { askingTable } from './asking.js';
import type { Addition, Calls, HeadOutput } from './calls.js';
import { crossView } from './cross-view.js';
import { headsView } from './heads-view.js';
import { maskView } from './mask-view.js';
import { phraseView } from './phrase-view.js';
import { scoreGrid } from './score-grid.js';
import { attentionSentence, maskSentence, weightsSentence } from './sentences.js';
import { depth, heads as headCount } from './settings.js';
import { namePrompts } from './texts.js';

/** One token's question, all questions as a grid with and without the mask, and all heads. */
export const view: MakeView = (place, tour) => {
  defineAttention();
  defineVectors();
  const calls = tour.calls<Calls>('attention');
  const { state } = tour;
  const choose = (attentionToken: number) => state.set({ attentionToken, attentionWithout: '' });
  const table = askingTable('asking', 'Tokens: choose the one that asks', choose);
  const told = make('p', { className: 'answer', id: 'attention-answer', role: 'status' });
  const sum = make('residual-vectors', { id: 'attention-sum' });
  sum.setAttribute('label', 'The vector of the token before, what the head adds, and after');
  const weighed = make('p', { className: 'note', id: 'head-weights' });
  const grid = scoreGrid(choose);
  const map = make('residual-attention', { id: 'attention-map' });
  map.addEventListener('click', () => pointed !== undefined && choose(pointed));
  let pointed: number | undefined;
  map.addEventListener('residual-cell', event => {
    pointed = (event as CustomEvent<{ query: number }>).detail.query;
  });
  const mask = maskView(leak => state.set({ leak }), tour.worker);
  const phrase = phraseView(tour);
  const cross = crossView(tour);
  const heads = headsView(({ layer, head }, role) => {
    const example = role === 'nameMover' ? { sentence: namePrompts[0], attentionToken: -1 } : {};
    state.set({ attentionLayer: layer, attentionHead: head, ...example });
  });
  const title = make('h3', {}, 'One token asks');
  const sumTitle = make('h3', {}, 'What this does to its vector');
  const grids = make(
    'div',
    { className: 'grids' },
    figure('query · key: rows ask, columns answer', grid.element),
    figure('after the softmax: each row adds up to 1', map),
    mask.element,
  );
  place.append(title, told, threeWords(), whereHeadsAre(), table.element, sumTitle, sum, weighed, ...phrase.elements);
  const maskWords = make('p');
  place.append(make('h3', {}, 'Every token asks at once'), maskWords, grids);
  place.append(make('h3', {}, 'Many heads, side by side'), heads.element, ...cross.elements);

  let shown: { readonly look: Look; readonly head: HeadOutput } | undefined;
  const draw = ({ settings, tokens }: Look, head: HeadOutput, added: Addition, maskedLoss: number) => {
    const { layer, head: index, asking } = chosenIn(settings, tokens.texts.length);
    const texts = tokens.texts.map(text => text.trim() || '␣');
    const weights = head.weights[layer]![index]!;
    const { leak } = settings;
    title.textContent = `Block ${layer}, head ${index}: “${texts[asking]}” asks`;
    const unmasked = leak ? texts.length : asking + 1;
    table.show({ texts, head, weights, asking, queryName: `the query of “${texts[asking]}”`, unmasked });
    const { length } = texts;
    told.textContent = attentionSentence(
      texts[asking]!,
      texts,
      weights.subarray(asking * length, (asking + 1) * length),
    );
    sumTitle.textContent = `What this does to the vector of “${texts[asking]}”`;
    sum.vectors = [
      { label: 'before', values: added.before },
      { label: '+ this head', values: added.added },
      { label: '= after', values: added.after },
    ];
    weighed.textContent = weightsSentence(head.headDim, added);
    grid.show({ texts, scores: head.scores, asking, leak });
    map.show(texts, { shape: [texts.length, texts.length], data: weights }, { masked: !leak });
    maskWords.textContent = maskSentence(leak);
    mask.show(leak, maskedLoss, leak ? head.loss : undefined);
    heads.show(head.weights, texts.length, { layer, head: index }, !leak);
  };
  let redraw = () => {};
  onColourScheme(() => {
    redraw();
    cross.redraw();
  });
  const showKnown = loadOnce(async () => heads.showKnown(await calls.knownHeads()));
  const showHeads = async (look: Look) => {
    const { settings, tokens, signal } = look;
    const { layer, head: index, asking } = chosenIn(settings, tokens.texts.length);
    const isSame = (...names: (keyof Look['settings'])[]) =>
      shown?.look.tokens === tokens && names.every(name => shown!.look.settings[name] === settings[name]);
    const isSameHead = isSame('attentionLayer', 'attentionHead', 'leak');
    if (isSameHead && isSame('attentionToken')) return;
    const [head, added] = await Promise.all([
      isSameHead ? shown!.head : calls.look(tokens.text, layer, index, settings.leak, signal),
      calls.addition(tokens.text, layer, index, asking, settings.leak, signal),
    ]);
    const masked = settings.leak ? await calls.look(tokens.text, layer, index, false, signal) : head;
    signal.throwIfAborted();
    shown = { look, head };
    redraw = () => draw(look, head, added, masked.loss);
    redraw();
  };
  return async look => {
    await mask.stop();
    await showHeads(look);
    await phrase.update(look, chosenIn(look.settings, look.tokens.texts.length));
    await cross.update(look);
    reportFailure(showKnown()); // after the first picture, which matters more
  };
};

const figure = (caption: string, content: HTMLElement) => make('figure', {}, make('figcaption', {}, caption), content);

/** What the three vectors of a token are for, in their colours. */
function threeWords(): HTMLElement {
  const named = (className: string, text: string) => make('b', { className }, text);
  return make(
    'p',
    { className: 'three-words' },
    named('query', 'Query'),
    ': what a token looks for. ',
    named('key', 'Key'),
    ': what a token offers. ',
    named('value', 'Value'),
    ': what it hands over when it is chosen. The score says how well query and key agree, and the softmax turns all ' +
      'scores into shares that add up to 1.',
  );
}

/** What a block and a head are. */
const whereHeadsAre = () =>
  make(
    'p',
    { className: 'note' },
    `A block is one round of looking and thinking. This model has ${depth} of them with ${headCount} heads each, and ` +
      'each head looks for something else.',
  );

/** The chosen head and token, within what the model and the sentence have. */
function chosenIn({ attentionLayer, attentionHead, attentionToken }: Look['settings'], length: number) {
  const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, Math.round(value)));
  const asking = attentionToken < 0 ? length - 1 : within(attentionToken, length);
  return { layer: within(attentionLayer, depth), head: within(attentionHead, headCount), asking };
}
