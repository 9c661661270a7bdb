import { attempt, make, makeSvg, perFrame, singleRun, watchSight } from '@residual/appkit';
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
        chart.show(losses, result.textContent!);
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
  const [left, right, bottom, top] = [10, 310, 110, 15];
  const highest = 1.2 * Math.log(vocab);
  const heightOf = (loss: number) => bottom - (Math.min(loss, highest) / highest) * (bottom - top);
  const chart = makeSvg('svg', { viewBox: '0 0 320 120', class: 'two-losses', role: 'img' });
  chart.setAttribute('aria-label', 'The losses of the two models');
  const guess = heightOf(Math.log(vocab));
  const curves = {
    masked: makeSvg('path', { class: 'loss masked' }),
    leaking: makeSvg('path', { class: 'loss leaking' }),
  };
  const names = {
    masked: makeSvg('text', { x: right, y: guess + 16, class: 'masked' }, 'with the mask'),
    leaking: makeSvg('text', { x: right, class: 'leaking' }, 'without'),
  };
  chart.append(
    makeSvg('path', { d: `M${left} ${guess}H${right}`, class: 'guess-line' }),
    makeSvg('path', { d: `M${left} ${bottom}H${right}`, class: 'zero-line' }),
    makeSvg('text', { x: left, y: guess - 6, class: 'guess' }, 'a blind guess'),
    ...Object.values(curves),
    ...Object.values(names),
  );
  return {
    element: chart,
    show: (losses: Losses, said?: string): void => {
      for (const name of ['masked', 'leaking'] as const) {
        const points = losses[name].map((loss, i) => `${left + ((i + 1) / steps) * (right - left)} ${heightOf(loss)}`);
        curves[name].setAttribute('d', points.length > 0 ? `M${points.join('L')}` : '');
        names[name].toggleAttribute('hidden', losses[name].length < steps);
      }
      names.leaking.setAttribute('y', String(heightOf(Math.max(0, ...losses.leaking.slice(-20))) - 4));
      if (said) chart.setAttribute('aria-label', said);
    },
  };
}
