import { byId, latestOnly, make, percent, settingsFold, showError } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { WordPair } from '@residual/word-vectors';
import type { AlongAnswer, functions } from './computations.js';
import { directions, directionTexts } from './directions.js';
import { missingWordsOf, missingWordsSentence } from './missing-words.js';
import { pairsIn } from './pairs.js';
import { PairsFigure } from './pairs-figure.js';
import type { Settings } from './settings.js';
import type { State } from './state.js';
import type { Vocabularies } from './vocabularies.js';
import { WordLine } from './word-line.js';

const boxes = ['pairs', 'checks', 'words'] as const;

/** A direction with its pairs. */
interface Measured extends AlongAnswer {
  readonly pairs: readonly WordPair[];
}

/** Wires the direction of some pairs: other pairs it is tested on, and words in their order along it. */
export async function directionView(
  state: State,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
): Promise<void> {
  const latest = latestOnly();
  const figure = new PairsFigure(byId('pairs-figure'), byId('pair-read'));
  const line = new WordLine(byId('axis'));
  const clear = () => {
    showError(undefined, 'direction-error');
    figure.show([]);
    line.show([]);
    for (const id of ['direction-answer', 'agreement', 'direction-note', 'axis-ends', 'pair-read', 'pairs-ends'])
      byId(id).replaceChildren();
  };
  const compute = async () => {
    try {
      const result = await latest(measured(state.now, worker, vocabularies));
      if (!result) return;
      clear();
      if (typeof result === 'string') byId('direction-note').textContent = result;
      else {
        showText(result, state.now);
        figure.show(result.report.pairs);
        line.show(result.placed);
      }
    } catch (error) {
      clear();
      showError(error, 'direction-error');
    }
  };
  wirePresets(state);
  for (const name of boxes) byId<HTMLTextAreaElement>(name).addEventListener('input', () => state.set(ownTexts()));
  const said = settingsFold('own', () => firstPairs(byId<HTMLTextAreaElement>('pairs').value));
  state.on(['direction', ...boxes, 'table'], () => {
    syncControls(state.now);
    said();
    compute();
  });
  syncControls(state.now);
  said();
  await compute();
}

/** The texts of the boxes as a direction of one's own. */
function ownTexts(): Partial<Settings> {
  const [pairs, checks, words] = boxes.map(name => byId<HTMLTextAreaElement>(name).value);
  return { direction: 'own', pairs: pairs!, checks: checks!, words: words! };
}

const firstPairs = (text: string): string => {
  const lines = text.split('\n').filter(line => line.trim() !== '');
  return `${lines[0] ?? ''}${lines.length > 1 ? ` and ${lines.length - 1} more` : ''}`;
};

/** Tests the direction, or returns a sentence about words that the table lacks. */
async function measured(
  settings: Settings,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
): Promise<Measured | string> {
  const { table } = settings;
  const texts = directionTexts(settings);
  const pairs = pairsIn(texts.pairs);
  await vocabularies.of(table);
  try {
    const words = texts.words.split(/[\s,]+/).filter(Boolean);
    return { pairs, ...(await worker.along(table, pairs, words, pairsIn(texts.checks))) };
  } catch (error) {
    const missing = table === 'stories' ? missingWordsOf(error) : [];
    if (missing.length === 0) throw error;
    return missingWordsSentence(missing, vocabularies.tokensOf);
  }
}

function showText({ pairs, agreement, report, landed }: Measured, settings: Settings): void {
  const [from, to] = pairs[0]!;
  const { held, covered, total } = report;
  const { preset } = directionTexts(settings);
  byId('axis-ends').replaceChildren(make('span', {}, `← ${from}`), make('span', {}, `${to} →`));
  byId('agreement').textContent = agreementText(pairs, agreement);
  byId('direction-note').textContent = preset && settings.table === 'words' ? preset.note : '';
  if (covered === 0) return;
  const of =
    covered === total ? `${total} other pairs` : `${covered} other pairs (${total - covered} have unknown words)`;
  byId('direction-answer').replaceChildren(
    `The direction from ${from} to ${to} holds for `,
    make('strong', {}, `${held} of ${of}, ${percent(held / covered)}`),
    `. By chance it would hold for half of them. `,
    make('span', { className: 'near' }, `The step itself lands exactly on the second word ${landed} times.`),
  );
  byId('pairs-ends').replaceChildren(make('span', {}, `↑ ${to}`), make('span', {}, `↓ ${from}`));
}

/** How well the pairs agree, as a sentence; nothing for one pair, which is its own direction. */
function agreementText(pairs: readonly WordPair[], agreement: readonly number[]): string {
  if (pairs.length === 1) return '';
  const cosines = pairs.map(([from, to], i) => `${from} → ${to} ${agreement[i]!.toFixed(2)}`);
  return `How far the pairs that define the direction agree with it, by cosine: ${cosines.join(', ')}.`;
}

function wirePresets(state: State): void {
  const buttons = Object.entries(directions).map(([direction, { name }]) => {
    const button = make('button', { type: 'button', value: direction }, name);
    button.addEventListener('click', () => state.set({ direction, pairs: '', checks: '', words: '' }));
    return button;
  });
  byId('direction-presets').append(...buttons);
}

function syncControls(settings: Settings): void {
  const texts = directionTexts(settings);
  for (const name of boxes) {
    const box = byId<HTMLTextAreaElement>(name);
    if (box.value !== texts[name]) box.value = texts[name];
  }
  for (const button of byId('direction-presets').querySelectorAll('button'))
    button.setAttribute('aria-pressed', String(directions[button.value] === texts.preset));
}
