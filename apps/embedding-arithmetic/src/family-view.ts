import { byId, make, percent } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import { neighbourList } from './answer-view.js';
import { familyDrawing } from './arrows.js';
import type { functions } from './computations.js';
import { type Family, families, familiesIn, maxFamilies, toggleFamily } from './families.js';
import type { FamiliesAnswer } from './family-computations.js';
import type { MapPanel } from './map-panel.js';
import type { Settings } from './settings.js';
import type { State } from './state.js';
import { showSteps } from './strips-view.js';
import type { Vocabularies } from './vocabularies.js';

/** Wires the chips of the families; several can be drawn in one map. */
export function wireFamilies(state: State): void {
  const buttons = Object.entries(families).map(([name, { name: label }]) => {
    const button = make('button', { type: 'button', value: name }, label);
    button.addEventListener('click', () => {
      state.set({ families: toggleFamily(state.now.families, name), table: 'words' });
    });
    return button;
  });
  byId('families').append(...buttons);
}

/** Shows which families are chosen. */
export function syncFamilies(chosen: string): void {
  const names = chosen.split(' ');
  for (const button of byId('families').querySelectorAll('button')) {
    const index = names.indexOf(button.value);
    button.setAttribute('aria-pressed', String(index >= 0));
    button.dataset.family = index >= 0 ? `${index}` : '';
  }
}

/** Computes the chosen families; returns the function that shows them. */
export async function computedFamilies(
  settings: Settings,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
  panel: MapPanel,
): Promise<() => void> {
  const chosen = familiesIn(settings.families);
  const words = await vocabularies.of('words');
  const answer = await worker.families(chosen.map(({ pairs }) => pairs));
  return () => {
    byId('answer').replaceChildren(...headline(chosen, answer));
    byId('why').textContent = failures(chosen, answer);
    byId('shares').textContent = axesSentence(chosen);
    showSteps(chosen, answer);
    neighbourList().removeAttribute('label');
    const title = chosen.map(({ name, pairs }) => `${name}, ${pairs.length} pairs`).join('; ');
    panel.show({ table: 'words', title, words, points: answer.points, ...familyDrawing(answer) });
  };
}

/** For each family the share of analogies that come out right. */
function headline(chosen: readonly Family[], answer: FamiliesAnswer): Node[] {
  const parts = chosen.map(({ name }, i) => {
    const share = make('strong', {}, percent(answer.families[i]!.tally.accuracy));
    share.dataset.family = `${i}`;
    return make('span', {}, `${name} `, share, i < chosen.length - 1 ? ',' : '');
  });
  return [...parts, make('span', { className: 'near' }, 'right')];
}

/** How many analogies are right, and which words are found least often. */
function failures(chosen: readonly Family[], { families: answers }: FamiliesAnswer): string {
  const [correct, covered] = (['correct', 'covered'] as const).map(name =>
    answers.reduce((sum, { tally }) => sum + tally[name], 0),
  );
  const least = chosen
    .flatMap(({ pairs }, i) => pairs.map(([, to], k) => ({ to, ...answers[i]!.pairTallies[k]! })))
    .filter(({ accuracy }) => accuracy < 0.5)
    .sort((a, b) => a.accuracy - b.accuracy)
    .slice(0, 3)
    .map(each => `${each.to} (${each.correct} of ${each.covered})`);
  const found = least.length === 0 ? '' : ` Found least often: ${new Intl.ListFormat('en').format(least)}.`;
  return (
    `Each arrow, started at the first word of another pair, should land at its second word: ${correct} of ${covered} do.` +
    found
  );
}

/** What the axes of the map show. */
function axesSentence(chosen: readonly Family[]): string {
  const [first, second, third] = chosen.map(({ step }) => step);
  const up = `Up is the step ${first}`;
  const right = second ? `, right the step ${second}` : '';
  const deep = third ? `, and towards you, in 3-D, the step ${third}` : '';
  return `${up}${right}${deep}. Each is the mean of its arrows; up to ${maxFamilies} can be drawn together.`;
}
