import { attempt, make, perFrame, singleRun, watchSight } from '@residual/appkit';
import { Chart } from '@residual/appkit/chart';
import { connectTraining } from '@residual/train/worker';
import type { jobs } from './tiny-jobs.js';
import { steps, vocab } from './tiny-settings.js';

/** The losses of the model with the mask and of the one without, step by step. */
interface Losses {
  readonly masked: number[];
  readonly leaking: number[];
}

const label = 'Train two tiny models to see why';

/** Two tiny models that learn at once, with the mask and without it, until the visitor stops or leaves them. */
export function tinyModels(worker: Worker) {
  const trainer = connectTraining<typeof jobs>(worker);
  const runs = singleRun();
  const button = make('button', { type: 'button', id: 'train-leaking' }, label);
  const purpose = make('small', { id: 'train-leaking-help' });
  purpose.textContent = 'Both guess random tokens, one with the mask and one without; it takes a few seconds.';
  button.setAttribute('aria-describedby', purpose.id);
  const chart = lossChart();
  const result = make('p', { className: 'note', id: 'tiny-result', role: 'status' });
  const figure = make('figure', { hidden: true }, chart.element, result);
  const element = make('div', { className: 'side' }, make('div', {}, button, purpose), figure);

  const learn = () =>
    runs.start(async signal => {
      const losses: Losses = { masked: [], leaking: [] };
      const draw = perFrame(() => chart.show(losses));
      const follow = async (leak: boolean, list: number[]) => {
        const job = trainer.start('tinyModel', { leak }, { signal });
        try {
          for await (const event of job) {
            if (event.type !== 'step') continue;
            list.push(event.loss);
            draw();
          }
        } finally {
          await job.dispose();
        }
      };
      [button.textContent, figure.hidden, result.textContent] = ['Stop', false, 'They are learning…'];
      try {
        await Promise.all([follow(false, losses.masked), follow(true, losses.leaking)]);
        result.textContent = sentenceOf(losses);
      } catch (error) {
        if (!signal.aborted) throw error;
        const done = losses.masked.length;
        result.textContent = `Stopped after ${done} of ${steps} steps. Press the button to start again.`;
      } finally {
        button.textContent = label;
        chart.show(losses);
      }
    });
  button.addEventListener('click', () => attempt(() => (runs.isRunning ? runs.end() : learn())));
  watchSight(element, isInSight => isInSight || attempt(() => runs.end()));
  return { element, stop: (): Promise<void> => runs.end() };
}

function sentenceOf({ masked, leaking }: Losses): string {
  const [first, second] = [masked, leaking].map(losses => losses.at(-1)!.toFixed(2));
  return (
    `After ${masked.length} steps on ${vocab} random tokens: ${first} with the mask, no better than a blind guess ` +
    `(${Math.log(vocab).toFixed(2)}), and ${second} without it. The second one has learned to copy the answer, ` +
    'and it will be helpless where nobody has written the next word yet.'
  );
}

/** Two losses by step, one that falls and one that does not, beside that of a blind guess. */
function lossChart() {
  const element = make('div', { className: 'chart' });
  const chart = new Chart(element, 'The losses of the two models', [
    { label: 'with the mask', colour: '--residual-accent', width: 2 },
    { label: 'without', colour: '--negative', width: 2 },
    { label: 'a blind guess', colour: '--residual-muted', width: 1 },
  ]);
  return {
    element,
    show: ({ masked, leaking }: Losses): void => {
      chart.clear();
      for (let i = 0; i < Math.max(masked.length, leaking.length); i++)
        chart.add(i + 1, [masked[i] ?? null, leaking[i] ?? null, Math.log(vocab)]);
    },
  };
}
