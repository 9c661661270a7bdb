import { byId, latestOnly, make, showError } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { ProjectedWord, WordPair } from '@residual/word-vectors';
import type { functions } from './computations.js';
import { directions } from './directions.js';
import { missingWordsOf, missingWordsSentence } from './missing-words.js';
import type { Settings } from './settings.js';
import type { State } from './state.js';
import type { Vocabularies } from './vocabularies.js';

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

/** Words in their order along the direction of some pairs, and the cosine of each pair with the direction. */
interface Ordering {
  readonly pairs: readonly WordPair[];
  readonly placed: readonly ProjectedWord[];
  readonly agreement: readonly number[];
}

/** Wires the pairs of words, and the other words in their order along the direction of the pairs. */
export async function directionView(
  state: State,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
): Promise<void> {
  const latest = latestOnly();
  const compute = async () => {
    try {
      const result = await latest(orderingOf(state.now, worker, vocabularies));
      if (!result) return;
      clear();
      if (typeof result === 'string') byId('direction-note').textContent = result;
      else show(result, state.now);
    } catch (error) {
      clear();
      showError(error, 'direction-error');
    }
  };
  wirePresets(state);
  for (const name of ['pairs', 'words'] as const) {
    const box = byId<HTMLTextAreaElement>(name);
    box.addEventListener('input', () => state.set({ [name]: box.value }));
  }
  state.on(['pairs', 'words', 'table'], () => {
    syncControls(state.now);
    compute();
  });
  syncControls(state.now);
  await compute();
}

/** Orders the words, or returns a sentence about words that the table lacks. */
async function orderingOf(
  { table, pairs: text, words }: Settings,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
): Promise<Ordering | string> {
  const pairs = pairsIn(text);
  await vocabularies.of(table);
  try {
    return { pairs, ...(await worker.along(table, pairs, words.split(/[\s,]+/).filter(Boolean))) };
  } catch (error) {
    const missing = table === 'stories' ? missingWordsOf(error) : [];
    if (missing.length === 0) throw error;
    return missingWordsSentence(missing, vocabularies.tokensOf);
  }
}

function show({ pairs, placed, agreement }: Ordering, { table, ...settings }: Settings): void {
  const coordinates = placed.map(({ coordinate }) => coordinate);
  const [low, high] = [Math.min(...coordinates), Math.max(...coordinates)];
  byId('axis').replaceChildren(
    ...placed.map(({ word, coordinate }) => {
      const share = high > low ? (coordinate - low) / (high - low) : 0.5;
      return axisItem(word, coordinate, share);
    }),
  );
  byId('towards').textContent = `from ${pairs[0]![0]} to ${pairs[0]![1]}`;
  byId('agreement').textContent = agreementText(pairs, agreement);
  const example = directions.find(preset => preset.pairs === settings.pairs && preset.words === settings.words);
  byId('direction-note').textContent = example && table === 'words' ? example.note : '';
}

/** A word with its coordinate, at a share 0 .. 1 of the axis. */
function axisItem(word: string, coordinate: number, share: number): HTMLElement {
  const figure = (Math.round(coordinate * 1000) / 1000 + 0).toFixed(3); // no -0.000
  const item = make(
    'li',
    {},
    make('span', { className: 'word' }, word),
    make('span', { className: 'track' }, make('i')),
    make('span', { className: 'figure' }, figure),
  );
  item.style.setProperty('--at', `${100 * share}%`);
  return item;
}

/** How well the pairs agree, as a sentence. */
function agreementText(pairs: readonly WordPair[], agreement: readonly number[]): string {
  if (pairs.length === 1)
    return (
      'One pair is its own direction. With more pairs, the direction is what they share, and what is peculiar to ' +
      'each pair averages out.'
    );
  const cosines = pairs.map(([from, to], i) => `${from} → ${to} ${agreement[i]!.toFixed(2)}`);
  return `How far the pairs agree (cosine with the direction): ${cosines.join(', ')}.`;
}

function clear(): void {
  showError(undefined, 'direction-error');
  byId('axis').replaceChildren();
  for (const id of ['towards', 'agreement', 'direction-note']) byId(id).textContent = '';
}

function wirePresets(state: State): void {
  const buttons = directions.map(({ name, pairs, words }) => {
    const button = make('button', { type: 'button' }, name);
    button.addEventListener('click', () => state.set({ pairs, words }));
    return button;
  });
  byId('direction-presets').append(...buttons);
}

function syncControls({ pairs, words }: Settings): void {
  for (const [id, text] of Object.entries({ pairs, words })) {
    const box = byId<HTMLTextAreaElement>(id);
    if (box.value !== text) box.value = text;
  }
  for (const [i, button] of [...byId('direction-presets').children].entries()) {
    const isChosen = directions[i]!.pairs === pairs && directions[i]!.words === words;
    button.setAttribute('aria-pressed', String(isChosen));
  }
}
