import { byId, make } from '@residual/appkit';
import type { WordPair } from '@residual/word-vectors';
import type { Vocabularies } from './arithmetic-view.js';
import type { Remote } from './calls.js';
import type { functions } from './computations.js';
import { directions } from './directions.js';
import { latestOnly } from './latest-only.js';
import { missingWordsOf, missingWordsSentence } from './missing-words.js';
import { showError } from './show-error.js';
import type { State } from './state.js';

/** Parses lines of two words as pairs. Errors for a line with another number of words. */
export function pairsIn(text: string): WordPair[] {
  return text
    .split('\n')
    .map(line => line.trim())
    .filter(line => line !== '')
    .map(line => {
      const words = line.split(/\s+/);
      if (words.length !== 2)
        throw new Error(`“${line}” has ${words.length} ${words.length === 1 ? 'word' : 'words'}; each line needs 2`);
      return words as unknown as WordPair;
    });
}

/** Wires the pairs of words, and the other words in their order along the direction of the pairs. */
export async function directionView(
  state: State,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
): Promise<void> {
  const latest = latestOnly();
  const [pairs, words] = [byId<HTMLTextAreaElement>('pairs'), byId<HTMLTextAreaElement>('words')];
  const axis = byId('axis');

  const compute = async () => {
    const { table, pairs: text, words: listed } = state.now;
    const work = (async () => {
      const chosen = pairsIn(text);
      await vocabularies.of(table);
      try {
        return { chosen, ...(await worker.along(table, chosen, listed.split(/[\s,]+/).filter(Boolean))) };
      } catch (error) {
        const missing = table === 'stories' ? missingWordsOf(error) : [];
        if (missing.length === 0) throw error;
        return missingWordsSentence(missing, await vocabularies.tokensOf(missing.slice(0, 6)));
      }
    })();
    try {
      const result = await latest(work);
      if (!result) return;
      clear();
      if (typeof result === 'string') {
        byId('direction-note').textContent = result;
        return;
      }
      const { placed, agreement, chosen } = result;
      const ends = placed.map(({ coordinate: at }) => at);
      const [low, high] = [Math.min(...ends), Math.max(...ends)];
      axis.replaceChildren(
        ...placed.map(({ word, coordinate: at }) => {
          const item = make(
            'li',
            {},
            make('span', { className: 'word' }, word),
            make('span', { className: 'track' }, make('i')),
            make('span', { className: 'figure' }, (Math.round(at * 1000) / 1000 + 0).toFixed(3)),
          );
          item.style.setProperty('--at', `${high > low ? (100 * (at - low)) / (high - low) : 50}%`);
          return item;
        }),
      );
      byId('towards').textContent = `from ${chosen[0]![0]} to ${chosen[0]![1]}`;
      byId('agreement').textContent =
        chosen.length === 1
          ? 'One pair is its own direction; with more pairs what they share counts, and what is peculiar to each falls away.'
          : `How far the pairs agree (cosine with the direction): ${chosen.map(([a, b], i) => `${a} → ${b} ${agreement[i]!.toFixed(2)}`).join(', ')}.`;
      const example = directions.find(preset => preset.pairs === state.now.pairs && preset.words === state.now.words);
      byId('direction-note').textContent = example && table === 'words' ? example.note : '';
    } catch (error) {
      clear();
      showError('direction-error', error);
    }
  };
  const clear = () => {
    showError('direction-error');
    axis.replaceChildren();
    for (const id of ['towards', 'agreement', 'direction-note']) byId(id).textContent = '';
  };
  const syncControls = () => {
    const { pairs: text, words: listed } = state.now;
    if (pairs.value !== text) pairs.value = text;
    if (words.value !== listed) words.value = listed;
    for (const [i, button] of [...byId('direction-presets').children].entries())
      button.setAttribute('aria-pressed', String(directions[i]!.pairs === text && directions[i]!.words === listed));
  };

  byId('direction-presets').append(
    ...directions.map(({ name, pairs: text, words: listed }) => {
      const button = make('button', {}, name);
      button.type = 'button';
      button.addEventListener('click', () => state.set({ pairs: text, words: listed }));
      return button;
    }),
  );
  pairs.addEventListener('input', () => state.set({ pairs: pairs.value }));
  words.addEventListener('input', () => state.set({ words: words.value }));
  state.on(['pairs', 'words', 'table'], () => {
    syncControls();
    compute();
  });
  syncControls();
  await compute();
}
