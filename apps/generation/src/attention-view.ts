import { attempt, byId, on, writeControls } from '@residual/appkit';
import type {
  AttentionElement,
  CellDetail,
  DisplayedToken,
  HeadDetail,
  HeadsElement,
  TokensElement,
} from '@residual/elements';
import {
  chosenHead,
  type HeadFocus,
  maxTokens,
  type Pattern,
  patternOf,
  rankHeads,
  truncationNote,
  whyUnreadable,
} from './attention-numbers.js';
import { readControls, share } from './controls.js';
import type { Session } from './session.js';
import { preset } from './settings.js';
import { labelOf, promptTokens } from './story.js';

/** Wires the attention section; returns the function that shows the attention of its text. */
export function attentionView(
  session: Session,
  story: { readonly tokens: readonly DisplayedToken[] },
): () => Promise<void> {
  const element = byId<AttentionElement>('attention');
  const heads = byId<HeadsElement>('heads');
  const row = byId<TokensElement>('row');
  const [layer, head] = [byId<HTMLSelectElement>('layer'), byId<HTMLSelectElement>('head')];
  let tokens: readonly DisplayedToken[] = [];
  let pattern: Pattern = [];
  let shown = { layer: 0, head: 0 };
  let requests = 0;

  const texts = () => tokens.map(({ text }) => text);
  const show = () => {
    const { noun, words, ...chosen } = readControls();
    const keys = words.split(/\s+/).filter(word => word !== '');
    const reason = whyUnreadable(texts(), noun.trim(), keys);
    const ranked = reason === undefined ? rankHeads(pattern, texts(), noun.trim(), keys) : [];
    shown = chosenHead(ranked, chosen);
    heads.selected = shown;
    byId('head-title').textContent = `Layer ${shown.layer}, head ${shown.head}`;
    byId('adjectives').textContent = reason ?? sentence(ranked, shown, noun.trim(), keys);
    byId('ranking').replaceChildren(...ranked.slice(0, 5).map(each => item(each, keys)));
    const data = pattern[shown.layer]![shown.head]!;
    element.show(tokens.map(labelOf), { shape: [tokens.length, tokens.length], data });
    const query = ranked[0]?.query ?? tokens.length - 1;
    element.read(query, Math.min(query, ranked[0]?.keys[0] ?? 0));
  };

  element.addEventListener('residual-cell', event => {
    const { query } = (event as CustomEvent<CellDetail>).detail;
    const { length } = tokens;
    row.shade(pattern[shown.layer]![shown.head]!.subarray(query * length, query * length + query + 1));
    row.selected = query;
  });
  row.addEventListener('residual-token', event => {
    const { index } = (event as CustomEvent<{ index: number }>).detail;
    element.read(index, index);
  });
  heads.addEventListener('residual-head', event => {
    const { layer: layerSetting, head: headSetting } = (event as CustomEvent<HeadDetail>).detail;
    writeControls({ layer: layerSetting, head: headSetting });
    share();
    attempt(show);
  });
  for (const id of ['layer', 'head', 'noun', 'words'])
    on(id, 'change', () => {
      if (tokens.length > 0) show();
    });

  const compute = async () => {
    const request = ++requests;
    const { model } = session;
    const { text, layer: layerSetting, head: headSetting } = readControls();
    const ofStory = story.tokens.map(token => token.text).join('') === text;
    byId('maps').hidden = text.trim() === '';
    if (text.trim() === '') {
      tokens = [];
      byId('adjectives').textContent =
        'There is no text. Write one above, or take the story, to see which position attends to which.';
      byId('left-out').textContent = '';
      return;
    }
    const all = ofStory ? story.tokens : await promptTokens(model, text);
    const visible = all.slice(0, Math.min(maxTokens(model.depth, model.heads), model.maxPositions));
    const { taps } = await model.forward(
      visible.map(({ id }) => id),
      { taps: ['decoder.layers.*.attention.weights'] },
    );
    if (request !== requests) return; // another text was requested meanwhile
    [tokens, pattern] = [visible, patternOf(taps)];
    byId('left-out').textContent = truncationNote(all.length, visible.length);
    offer(layer, pattern.length);
    offer(head, pattern[0]?.length ?? 0);
    writeControls({ layer: layerSetting, head: headSetting });
    row.tokens = tokens;
    heads.show(pattern, [tokens.length, tokens.length]);
    show();
  };

  on('attention-form', 'submit', compute);
  on('take-story', 'click', () => {
    writeControls({ text: story.tokens.map(({ text }) => text).join('') });
    share();
    return compute();
  });
  on('take-preset', 'click', () => {
    const { text, noun, words, layer: layerSetting, head: headSetting } = preset;
    writeControls({ text, noun, words, layer: layerSetting, head: headSetting });
    share();
    return compute();
  });
  offer(layer, 0);
  offer(head, 0);
  return compute;
}

/** Fills a select with numbers, and with -1 for the one with the largest attention. */
function offer(select: HTMLSelectElement, count: number): void {
  if (select.options.length === count + 1) return;
  const numbers = Array.from({ length: count }, (_, i) => new Option(String(i), String(i)));
  select.replaceChildren(new Option('most', '-1'), ...numbers);
}

const numbersOf = ({ weights, total }: HeadFocus, words: readonly string[]) =>
  `${words.map((word, i) => `${word} ${weights[i]!.toFixed(3)}`).join(', ')}; together ${total.toFixed(3)}`;

const item = (focus: HeadFocus, words: readonly string[]) =>
  Object.assign(document.createElement('li'), {
    textContent: `layer ${focus.layer}, head ${focus.head}: ${numbersOf(focus, words)}`,
  });

function sentence(ranked: readonly HeadFocus[], shown: HeadDetail, noun: string, words: readonly string[]): string {
  const [best] = ranked;
  const here = ranked.find(({ layer, head }) => layer === shown.layer && head === shown.head);
  if (!best || !here) return '';
  const weights = words.map((word, i) => `${here.weights[i]!.toFixed(3)} on “${word}”`).join(', ');
  if (here === best)
    return `From “${noun}”, the head that looks most at these words is layer ${here.layer}, head ${here.head}: ${weights}.`;
  return `From “${noun}”, layer ${here.layer}, head ${here.head} has ${weights}; layer ${best.layer}, head ${best.head} looks most at these words.`;
}
