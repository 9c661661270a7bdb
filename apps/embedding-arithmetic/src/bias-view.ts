import { byId, fixed, latestOnly, make, showError } from '@residual/appkit';
import type { Remote } from '@residual/appkit/calls';
import type { functions } from './computations.js';
import type { Leaning } from './leaning.js';
import { companySize, genders, occupations } from './occupations.js';
import type { State } from './state.js';
import type { Vocabularies } from './vocabularies.js';
import { WordLine } from './word-line.js';

/** Shows how occupations lean along the direction from he to she, and what is left once that direction is removed. */
export async function biasView(
  state: State,
  worker: Remote<typeof functions>,
  vocabularies: Vocabularies,
): Promise<void> {
  const latest = latestOnly();
  const line = new WordLine(byId('bias-line'));
  const button = byId<HTMLButtonElement>('bias-remove');
  const compute = async () => {
    const isRemoved = state.now.bias === 'removed';
    button.setAttribute('aria-pressed', String(isRemoved));
    button.textContent = isRemoved ? 'Put the direction back' : 'Remove this direction from all 50,000 words';
    await vocabularies.of('words');
    const leaning = await latest(worker.leaning(genders, occupations, isRemoved));
    if (leaning) show(leaning, line);
  };
  button.addEventListener('click', () => state.set({ bias: state.now.bias === 'removed' ? 'shown' : 'removed' }));
  state.on(['bias'], () => {
    compute().catch(error => showError(error));
  });
  await compute();
}

function show({ placed, removed }: Leaning, line: WordLine): void {
  const [first, last] = [placed[0]!, placed.at(-1)!];
  if (!removed) {
    line.show(placed);
    ends(`← ${genders[0]}`, `${genders[1]} →`);
    const count = placed.filter(({ coordinate }) => coordinate > 0).length;
    byId('bias-answer').textContent =
      `Of ${placed.length} occupations ${placed.length - count} lean to “${genders[0]}”, most of all ${first.word} ` +
      `(${fixed(first.coordinate, 2)}), and ${count} to “${genders[1]}”, most of all ${last.word} ` +
      `(${fixed(last.coordinate, 2)}). Without prejudice all would be at 0.`;
    return;
  }
  const { company, correlation, largest } = removed;
  const words = placed.map(({ word }, i) => ({
    word,
    coordinate: company[i]! - companySize / 2,
    figure: `${company[i]}`,
  }));
  const byCompany = [...words].sort((a, b) => a.coordinate - b.coordinate);
  line.show(byCompany);
  ends(`← few neighbours leaned to ${genders[1]}`, `many did →`);
  const [least, most] = [byCompany[0]!, byCompany.at(-1)!];
  byId('bias-answer').textContent =
    `Now every word is at ${fixed(largest, 2)} between “${genders[0]}” and “${genders[1]}”. But the company that a word keeps ` +
    `gives it away: of the ${companySize} words nearest to ${most.word} ${most.figure} had leaned to “${genders[1]}”, of ` +
    `those nearest to ${least.word} ${least.figure}. The old order is still there (rank correlation ` +
    `${fixed(correlation, 2)}), so the prejudice is hidden, not gone.`;
}

const ends = (left: string, right: string) =>
  byId('bias-ends').replaceChildren(make('span', {}, left), make('span', {}, right));
