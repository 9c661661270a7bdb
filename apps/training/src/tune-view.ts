import { byId, grouped, make, on, shippedModel } from '@residual/appkit';
import { Chart, formatLoss } from '@residual/appkit/chart';
import type { RemoteTraining } from '@residual/train/worker';
import { controls } from './controls.js';
import { download } from './download.js';
import { runPanel } from './run-panel.js';
import { trainingWorker } from './trainer.js';
import type { View } from './view.js';
import type { FineTuneRequests } from './work/fine-tuning.js';

type Job = RemoteTraining<FineTuneRequests & { backend: () => string }>;

/** The length of a continuation in tokens. */
const tokens = 40;
/** How many times the story is written during a run. */
const continuations = 4;

/**
 * Wires LoRA on the storyteller, trained on a few sentences, with continuations before, during and after the training.
 */
export function tuneView(): View {
  const work = trainingWorker('loading');
  const chart = new Chart(byId('tune-chart'), 'Loss on the sentences', [
    { label: 'loss', colour: '--residual-accent', width: 2 },
  ]);
  const list = byId('continuations');
  list.tabIndex = 0; // the list scrolls
  const adapted = byId<HTMLInputElement>('adapted');

  const write = (job: Job, isAdapted: boolean) =>
    job.ask('continue', { beginning: controls().prompt, adapted: isAdapted, tokens, temperature: 0, seed: 0 });
  const put = (title: string, text: string) =>
    list.append(
      make(
        'li',
        {},
        make('small', { textContent: title }),
        make('p', {}, make('b', { textContent: controls().prompt }), text),
      ),
    );

  const panel = runPanel<Job>('tune', {
    steps: () => controls().tuneSteps,
    start: async signal => {
      const { rank, tuneRate: learningRate, tuneSteps: steps, sentences: text, backend } = controls();
      const sentences = text
        .split('\n')
        .map(line => line.trim())
        .filter(line => line !== '');
      chart.clear();
      list.replaceChildren();
      const { trainer } = await work();
      return trainer.start(
        'tune',
        { source: shippedModel('stories'), sentences, rank, learningRate, steps, seed: 1, backend },
        { signal },
      );
    },
    onStart: async job => {
      const { parameters, trained } = await job.ask('facts');
      byId('loading').hidden = true;
      byId('tune-facts').textContent =
        `${grouped(trained)} weights are trained; ${grouped(parameters)} weights of the model stay unchanged. ` +
        `The backend is ${await job.ask('backend')}.`;
      for (const id of ['tune-download', 'tune-write', 'adapted']) byId<HTMLButtonElement>(id).disabled = false;
      put('before', await write(job, false));
      return 0;
    },
    onEnd: () => {
      byId('loading').hidden = true;
    },
    onEvent: async (event, job) => {
      if (event.type !== 'step') return;
      chart.add(event.step, [event.loss]);
      const { tuneSteps } = controls();
      const every = Math.ceil(tuneSteps / continuations);
      if (event.step % every === 0 || event.step === tuneSteps)
        put(`after step ${event.step}, loss ${formatLoss(event.loss)}`, await write(job, true));
    },
  });

  const writeAgain = async () => {
    if (panel.job) byId('written').textContent = controls().prompt + (await write(panel.job, adapted.checked));
  };
  on('tune-write', 'click', writeAgain);
  adapted.addEventListener('change', () => byId('tune-write').click());
  on('tune-download', 'click', async () => {
    if (panel.job) await download('adapter.zip', await panel.job.ask('save'));
  });
  return { open: () => {} };
}
