import { fixed, grouped, loadOnce, make, onColourScheme, reportFailure } from '@residual/appkit';
import { defineAttention, defineVectors } from '@residual/elements';
import type { Look, MakeView } from '../../frame/step.js';
import { askingTable } from './asking.js';
import type { Addition, Calls, HeadOutput } from './calls.js';
import { headsView } from './heads-view.js';
import { maskView } from './mask-view.js';
import { scoreGrid } from './score-grid.js';
import { depth, heads as headCount } from './settings.js';
import { namePrompts } from './texts.js';

/** One token's question, all questions as a grid with and without the mask, and all heads. */
export const view: MakeView = (place, tour) => {
  defineAttention();
  defineVectors();
  const calls = tour.calls<Calls>('attention');
  const { state } = tour;
  const choose = (attentionToken: number) => state.set({ attentionToken });
  const table = askingTable(choose);
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
  const mask = maskView(
    leak => state.set({ leak }),
    () => calls.learn(),
  );
  const heads = headsView(({ layer, head }, role) => {
    const example = role === 'nameMover' ? { sentence: namePrompts[0], attentionToken: -1 } : {};
    state.set({ attentionLayer: layer, attentionHead: head, ...example });
  });
  const title = make('h3', {}, 'One token asks');
  const sumTitle = make('h3', {}, 'What this does to its vector');
  const grids = make(
    'div',
    { className: 'grids' },
    figure('query · key, for all pairs', grid.element),
    figure('after the softmax, each row adds up to 1', map),
    mask.element,
  );
  place.append(title, told, table.element, sumTitle, sum, weighed, make('h3', {}, 'Every token asks at once'), grids);
  const languages = make('p', { className: 'note' }, 'The queries may also come from another text than the keys: ');
  languages.append(make('a', { href: '#step=beyond' }, 'attention between two languages'), '.');
  place.append(make('h3', {}, 'Many heads, side by side'), heads.element, languages);

  let shown: { readonly look: Look; readonly head: HeadOutput } | undefined;
  const draw = ({ settings, tokens }: Look, head: HeadOutput, added: Addition, maskedLoss: number) => {
    const { layer, head: index, asking } = chosenIn(settings, tokens.texts.length);
    const texts = tokens.texts.map(text => text.trim() || '␣');
    const weights = head.weights[layer]![index]!;
    const { leak } = settings;
    title.textContent = `Block ${layer}, head ${index}: “${texts[asking]}” asks`;
    table.show({ texts, head, weights, asking, leak });
    told.textContent = sentenceOf(texts, weights, asking);
    sumTitle.textContent = `What this does to the vector of “${texts[asking]}”`;
    sum.vectors = [
      { label: 'before', values: added.before },
      { label: '+ this head', values: added.added },
      { label: '= after', values: added.after },
    ];
    weighed.textContent = weightsSentence(head.headDim, added);
    grid.show({ texts, scores: head.scores, asking, leak });
    map.show(texts, { shape: [texts.length, texts.length], data: weights }, { masked: !leak });
    mask.show(leak, maskedLoss, leak ? head.loss : undefined);
    heads.show(head.weights, texts.length, { layer, head: index }, !leak);
  };
  let redraw = () => {};
  onColourScheme(() => redraw());
  const showKnown = loadOnce(async () => heads.showKnown(await calls.knownHeads()));
  return async look => {
    const { settings, tokens, signal } = look;
    const { layer, head: index, asking } = chosenIn(settings, tokens.texts.length);
    const isSame =
      shown?.look.tokens === tokens &&
      (['attentionLayer', 'attentionHead', 'leak'] as const).every(
        name => shown!.look.settings[name] === settings[name],
      );
    const [head, added] = await Promise.all([
      isSame ? shown!.head : calls.look(tokens.text, layer, index, settings.leak, signal),
      calls.addition(tokens.text, layer, index, asking, settings.leak, signal),
    ]);
    const masked = settings.leak ? await calls.look(tokens.text, layer, index, false, signal) : head;
    signal.throwIfAborted();
    shown = { look, head };
    redraw = () => draw(look, head, added, masked.loss);
    redraw();
    reportFailure(showKnown()); // after the first picture, which matters more
  };
};

const figure = (caption: string, content: HTMLElement) => make('figure', {}, make('figcaption', {}, caption), content);

/** The chosen head and token, within what the model and the sentence have. */
function chosenIn({ attentionLayer, attentionHead, attentionToken }: Look['settings'], length: number) {
  const within = (value: number, count: number) => Math.max(0, Math.min(count - 1, Math.round(value)));
  const asking = attentionToken < 0 ? length - 1 : within(attentionToken, length);
  return { layer: within(attentionLayer, depth), head: within(attentionHead, headCount), asking };
}

/** Says where the token looks, with numbers. */
function sentenceOf(texts: readonly string[], weights: Float32Array, asking: number): string {
  const length = texts.length;
  const shares = texts.map((text, i) => ({ text, share: weights[asking * length + i]! }));
  const [first, second] = shares.toSorted((one, other) => other.share - one.share);
  const said = ({ text, share }: { text: string; share: number }) => `${(100 * share).toFixed(1)}% to “${text}”`;
  const rest = second && second.share >= 0.05 ? ` and ${said(second)}` : '';
  return `“${texts[asking]}” gives ${said(first!)}${rest}.`;
}

/** How far the vector turns, and what value-down and value-up cost beside one square matrix. */
function weightsSentence(headDim: number, { before, after }: Addition): string {
  const dot = (one: Float32Array, other: Float32Array) => one.reduce((sum, value, i) => sum + value * other[i]!, 0);
  const cosine = dot(before, after) / Math.sqrt(dot(before, before) * dot(after, after));
  const angle = (Math.acos(Math.min(1, cosine)) * 180) / Math.PI;
  const modelDim = before.length;
  const [pair, square] = [2 * modelDim * headDim, modelDim ** 2];
  return (
    `The arrow turns by ${fixed(angle, 1)}°. The way there is narrow: value-down takes ${modelDim} numbers to ` +
    `${headDim}, value-up brings them back to ${modelDim}. Together they have ${grouped(pair)} weights; one square ` +
    `matrix would have ${grouped(square)}.`
  );
}
