import { attempt, byId, on } from '@residual/appkit';
import type { TrainingEvent } from '@residual/train';
import type { RemoteTraining } from '@residual/train/worker';
import { attentionView } from './attention-view.js';
import { CharacterMap, showSpace } from './character-map.js';
import { controls, set } from './controls.js';
import { download } from './download.js';
import { lossesView } from './losses-view.js';
import { reportFailure } from './report-failure.js';
import { runPanel } from './run-panel.js';
import { samplesView } from './samples-view.js';
import { deleteSavedGpt, type SavedRun, savedGpt } from './saved-run.js';
import { ownText } from './text.js';
import { trainingWorker } from './trainer.js';
import type { EmbeddingSnapshot, GptRequests, GptSettings } from './work/character-gpt.js';

type Job = RemoteTraining<GptRequests & { backend: () => string }>;

/** The pause between two snapshots: at least so many milliseconds, and so many times the duration of a snapshot. */
const pause = { least: 400, times: 6 } as const;

/** Wires a character GPT in training: its losses, its samples, its embeddings, its attention. */
export function gptView(): void {
  const work = trainingWorker();
  const text = ownText();
  const losses = lossesView();
  const samples = samplesView();
  const attention = attentionView();
  const map = new CharacterMap(byId<HTMLCanvasElement>('map'));
  let savedRun: SavedRun | undefined;
  let nextSnapshot = 0;

  /** Shows a snapshot of the embeddings and the attention. */
  const showSnapshot = async (job: Job) => {
    const startTime = performance.now();
    nextSnapshot = Number.POSITIVE_INFINITY; // one snapshot at a time
    const [embedding, weights] = await Promise.all([job.ask('embedding'), job.ask('attention', controls().probe)]);
    map.show(embedding);
    byId('map-note').textContent = nearestText(embedding);
    attention.show(weights);
    nextSnapshot = startTime + Math.max(pause.least, pause.times * (performance.now() - startTime));
  };
  const isVisible = () => byId('map').clientWidth > 0;
  const note = (job: Job) => job.ask('note', { losses: losses.all, samples: samples.all });

  const follow = async (event: TrainingEvent, job: Job) => {
    if (event.type === 'checkpoint' || event.type === 'resume') return;
    losses.add(event);
    if (event.type === 'step' && performance.now() > nextSnapshot && isVisible()) reportFailure(showSnapshot(job));
    if (event.type !== 'evaluation') return;
    await reportFailure(samples.take(event, job));
    await note(job); // the checkpoint comes next
  };

  const panel = runPanel<Job>('gpt', {
    start: async (signal, goesOn) => {
      const { trainer } = await work();
      nextSnapshot = 0;
      if (goesOn && savedRun) applySavedRun(savedRun);
      const settings = settingsOf(await text.read());
      return trainer.start('gpt', { ...settings, backend: controls().backend }, { signal });
    },
    onStart: async (job, goesOn) => {
      const [{ parameters, characters }, backend] = [await job.ask('facts'), await job.ask('backend')];
      byId('gpt-facts').textContent =
        `${parameters.toLocaleString('en-US')} parameters, ${characters} different characters, on ${backend}.`;
      byId<HTMLButtonElement>('gpt-download').disabled = false;
      showKept(false);
      if (goesOn && savedRun) {
        await note(job);
        return savedRun.step;
      }
      await deleteSavedGpt(); // the new run has started
      for (const view of [losses, samples, map]) view.clear();
      await showSnapshot(job);
      return 0;
    },
    onEvent: follow,
    onStop: async job => {
      await note(job);
    },
    onEnd: async job => {
      await showSnapshot(job);
      await offer();
    },
  });

  /** Offers to continue the saved run, if there is one. */
  const offer = async () => {
    savedRun = await savedGpt();
    showKept(savedRun !== undefined);
    return savedRun;
  };
  /** Shows the saved run of an earlier visit. */
  const restore = async () => {
    const saved = await offer();
    if (!saved || panel.isRunning) return;
    show(saved);
    byId('gpt-status').textContent =
      `A run is saved in this browser, at step ${saved.step} of ${saved.settings.steps}.`;
  };
  const show = ({ history }: SavedRun) => {
    losses.restore(history.losses);
    samples.clear();
    for (const sample of history.samples) samples.put(sample);
  };
  /**
   * Applies text and settings of the saved run; the learning rate, and the number of steps if some are left, are those
   * of the page.
   */
  const applySavedRun = (run: SavedRun) => {
    const { text: read, seed: gptSeed, steps, learningRate: _, ...sizes } = run.settings;
    set({ ...sizes, gptSeed, steps: controls().steps > run.step ? controls().steps : steps });
    text.set(read);
    show(run);
  };

  on('gpt-continue', 'click', () => panel.start(true));
  on('gpt-forget', 'click', async () => {
    await deleteSavedGpt();
    showKept(false);
    byId('gpt-status').textContent = 'The run is deleted from this browser.';
  });
  on('gpt-download', 'click', async () => {
    if (panel.job) await download('character-gpt.zip', await panel.job.ask('save'));
  });
  byId('probe').addEventListener('change', () => {
    if (panel.job) attempt(() => showSnapshot(panel.job!));
  });
  attempt(restore);
}

/** Shows or hides the buttons that continue and delete the saved run. */
function showKept(isKept: boolean): void {
  for (const name of ['continue', 'forget']) byId(`gpt-${name}`).hidden = !isKept;
}

/** The settings of a new run. */
function settingsOf(text: string): GptSettings {
  const { depth, heads, modelDim, length, batch, steps, gptRate, gptSeed } = controls();
  return { text, depth, heads, modelDim, length, batch, steps, learningRate: gptRate, seed: gptSeed };
}

const nearestText = ({ shares, near: { of, others } }: EmbeddingSnapshot) =>
  `Nearest to ${showSpace(of)}: ${others.map(showSpace).join(' ')}. The axes hold ${Math.round(100 * (shares[0]! + shares[1]!))} % of how the embeddings differ.`;
