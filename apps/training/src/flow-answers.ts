import { byId, fixed, make } from '@residual/appkit';
import { Chart } from '@residual/appkit/chart';
import type { FlowRun } from './flow-run.js';
import { say, sayTarget } from './flow-words.js';

/** The answers of the net to all examples, and how their mean loss falls. */
export function answersView(examples: readonly (readonly number[])[]): { clear(): void; show(run: FlowRun): void } {
  const chart = new Chart(byId('backprop-chart'), 'Mean loss of the four examples', [
    { label: 'mean loss', colour: '--residual-accent', width: 2 },
  ]);
  const rows = examples.map(([first, second, target]) => {
    const cells = [`${sayTarget(first!)}, ${sayTarget(second!)}`, sayTarget(target!), '–'];
    return make('tr', {}, ...cells.map(text => make('td', {}, text)));
  });
  byId('backprop-examples')
    .querySelector('tbody')!
    .replaceChildren(...rows);
  return {
    clear: () => chart.clear(),
    show: ({ flow, answers, updates, meanLoss }) => {
      for (const [i, row] of rows.entries()) {
        row.classList.toggle('current', examples[i] === flow?.example);
        row.lastElementChild!.textContent = say(answers[i]!);
      }
      byId('backprop-figures').textContent =
        `${updates} ${updates === 1 ? 'update' : 'updates'} · mean loss ${fixed(meanLoss, 4)}`;
      chart.add(updates, [meanLoss]);
    },
  };
}
