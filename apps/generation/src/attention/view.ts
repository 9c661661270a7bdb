import { attempt, byId, latestOnly, offerNumbers, on, settingsFold, writeControls } from '@residual/appkit';
import { type Pattern, patternOfTaps } from '@residual/appkit/attention-pattern';
import {
  type AttentionElement,
  type CellDetail,
  type DisplayedToken,
  defineAttention,
  defineHeads,
  type HeadDetail,
  type HeadsElement,
  type TokensElement,
} from '@residual/elements';
import type { RemoteModel } from '@residual/model/worker';
import { readControls, set } from '../controls.js';
import type { Session } from '../session.js';
import { preset } from '../settings.js';
import { labelOf, promptTokens, textOf } from '../story/tokens.js';
import { chosenHead, maxTokens, rankHeads, truncationNote, whyUnreadable } from './attention-numbers.js';
import { headSentence, rankingItem } from './sentences.js';

/** The attention of a text: its tokens, as many as are shown, and the number of all. */
interface TextAttention {
  readonly tokens: readonly DisplayedToken[];
  readonly count: number;
  readonly pattern: Pattern;
}

/** Wires the chapter; returns the function that shows the attention of its text. */
export function attentionView(
  session: Session,
  story: { readonly tokens: readonly DisplayedToken[] },
): () => Promise<void> {
  defineAttention();
  defineHeads();
  const map = byId<AttentionElement>('attention');
  const heads = byId<HeadsElement>('heads');
  const row = byId<TokensElement>('row');
  const latest = latestOnly();
  let tokens: readonly DisplayedToken[] = [];
  let pattern: Pattern = [];
  let selected = { layer: 0, head: 0 };

  /** Shows the head that the controls select. */
  const show = () => {
    if (tokens.length === 0) return;
    const { noun, keys, choice } = question();
    const texts = tokens.map(({ text }) => text);
    const reason = whyUnreadable(texts, noun, keys);
    const ranked = reason === undefined ? rankHeads(pattern, texts, noun, keys) : [];
    selected = chosenHead(ranked, choice);
    heads.selected = selected;
    byId('head-title').textContent = `Layer ${selected.layer}, head ${selected.head}`;
    byId('adjectives').textContent = reason ?? headSentence(ranked, selected, noun, keys);
    byId('ranking').replaceChildren(...ranked.slice(0, 5).map(focus => rankingItem(focus, keys)));
    const data = pattern[selected.layer]![selected.head]!;
    map.show(tokens.map(labelOf), { shape: [tokens.length, tokens.length], data });
    const query = ranked[0]?.query ?? tokens.length - 1;
    map.read(query, Math.min(query, ranked[0]?.keys[0] ?? 0));
  };

  const compute = async () => {
    const { text, layer, head } = readControls();
    byId('maps').hidden = text.trim() === '';
    const attention = await latest(attentionOf(session, text, story.tokens));
    if (!attention) return;
    ({ tokens, pattern } = attention);
    byId('left-out').textContent = truncationNote(attention.count, tokens.length);
    if (tokens.length === 0) {
      byId('adjectives').textContent =
        'There is no text. Write one below, or use the story, to see which position attends to which.';
      return;
    }
    offerHeads(pattern.length, pattern[0]?.length ?? 0);
    writeControls({ layer, head });
    row.tokens = tokens;
    heads.show(pattern, [tokens.length, tokens.length]);
    show();
  };

  map.addEventListener('residual-cell', event => {
    const { query } = (event as CustomEvent<CellDetail>).detail;
    const start = query * tokens.length;
    row.shade(pattern[selected.layer]![selected.head]!.subarray(start, start + query + 1));
    row.selected = query;
  });
  row.addEventListener('residual-token', event => {
    const { index } = (event as CustomEvent<{ index: number }>).detail;
    map.read(index, index);
  });
  heads.addEventListener('residual-head', event => {
    const { layer, head } = (event as CustomEvent<HeadDetail>).detail;
    set({ layer, head });
    attempt(show);
  });
  const describe = settingsFold('attention-settings', () => {
    const { noun, words } = readControls();
    return `from “${noun}” to “${words}”`;
  });
  for (const id of ['layer', 'head', 'noun', 'words']) on(id, 'change', show);
  on('attention-form', 'submit', compute);
  on('take-story', 'click', () => {
    set({ text: textOf(story.tokens) });
    return compute();
  });
  on('take-preset', 'click', () => {
    const { text, noun, words, layer, head } = preset;
    set({ text, noun, words, layer, head });
    describe();
    return compute();
  });
  offerHeads(0, 0);
  return compute;
}

/** Computes the attention of a text; a text that is the story has its tokens. */
async function attentionOf(
  { model }: { readonly model: RemoteModel },
  text: string,
  story: readonly DisplayedToken[],
): Promise<TextAttention> {
  if (text.trim() === '') return { tokens: [], count: 0, pattern: [] };
  const isStory = story.map(token => token.text).join('') === text;
  const all = isStory ? story : await promptTokens(model, text);
  const tokens = all.slice(0, Math.min(maxTokens(model.depth, model.heads), model.maxPositions));
  const ids = tokens.map(({ id }) => id);
  const { taps } = await model.forward(ids, { taps: ['decoder.layers.*.attention.weights'] });
  return { tokens, count: all.length, pattern: patternOfTaps(taps) };
}

/** The word that looks, the words that it looks at, and the layer and head in the controls. */
function question(): { noun: string; keys: readonly string[]; choice: HeadDetail } {
  const { noun, words, layer, head } = readControls();
  return { noun: noun.trim(), keys: words.split(/\s+/).filter(word => word !== ''), choice: { layer, head } };
}

/** Offers layers and heads; -1 is the one with the largest attention. */
function offerHeads(layers: number, heads: number): void {
  offerNumbers('layer', 'most', layers);
  offerNumbers('head', 'most', heads);
}
