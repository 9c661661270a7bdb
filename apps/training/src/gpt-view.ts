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

/** Milliseconds between two looks at what is inside, and how many times what a look takes. */
const pause = { least: 400, times: 6 } as const;

/** A character GPT in training: its losses, what it writes, where its characters lie, what its heads look at. */
export function gptView(): void {
  const work = trainingWorker();
  const text = ownText();
  const losses = lossesView();
  const samples = samplesView();
  const attention = attentionView();
  const map = new CharacterMap(byId<HTMLCanvasElement>('map'));
  let savedRun: SavedRun | undefined;
  let nextLook = 0;

  /** Shows what is inside. */
  const look = async (job: Job) => {
    const begun = performance.now();
    nextLook = Number.POSITIVE_INFINITY; // one at a time
    const [embedding, weights] = await Promise.all([job.ask('embedding'), job.ask('attention', controls().probe)]);
    map.show(embedding);
    byId('map-note').textContent = nearestText(embedding);
    attention.show(weights);
    nextLook = begun + Math.max(pause.least, pause.times * (performance.now() - begun));
  };
  const isSeen = () => byId('map').clientWidth > 0;
  const note = (job: Job) => job.ask('note', { losses: losses.all, samples: samples.all });

  const follow = async (event: TrainingEvent, job: Job) => {
    if (event.type === 'checkpoint' || event.type === 'resume') return;
    losses.add(event);
    if (event.type === 'step' && performance.now() > nextLook && isSeen()) reportFailure(look(job));
    if (event.type !== 'evaluation') return;
    await reportFailure(samples.take(event, job));
    await note(job); // what comes next is the checkpoint
  };

  const panel = runPanel<Job>('gpt', {
    start: async (signal, goesOn) => {
      const { trainer } = await work();
      nextLook = 0;
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
      await deleteSavedGpt(); // now that the new one has begun
      for (const view of [losses, samples, map]) view.clear();
      await look(job);
      return 0;
    },
    onEvent: follow,
    onStop: async job => {
      await note(job);
    },
    onEnd: async job => {
      await look(job);
      await offer();
    },
  });

  /** Offers to go on with the run that is kept, where it has steps left or this page does not hold it. */
  const offer = async () => {
    savedRun = await savedGpt();
    showKept(savedRun !== undefined);
    return savedRun;
  };
  /** Shows what was kept of a run before this page was opened. */
  const restore = async () => {
    const found = await offer();
    if (!found || panel.isRunning) return;
    show(found);
    byId('gpt-status').textContent =
      `A run is saved in this browser, at step ${found.step} of ${found.settings.steps}.`;
  };
  const show = ({ history }: SavedRun) => {
    losses.restore(history.losses);
    samples.clear();
    for (const sample of history.samples) samples.put(sample);
  };
  /** Takes text and settings of the run that is kept; the learning rate, and the steps where some are left, are those of the page. */
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
    if (panel.job) attempt(() => look(panel.job!));
  });
  attempt(restore);
}

/** Lets a run that is kept be gone on with, or forgotten. */
function showKept(isKept: boolean): void {
  for (const name of ['continue', 'forget']) byId(`gpt-${name}`).hidden = !isKept;
}

/** What a new run is told. */
function settingsOf(text: string): GptSettings {
  const { depth, heads, modelDim, length, batch, steps, gptRate, gptSeed } = controls();
  return { text, depth, heads, modelDim, length, batch, steps, learningRate: gptRate, seed: gptSeed };
}

const nearestText = ({ shares, near: { of, others } }: EmbeddingSnapshot) =>
  `Nearest to ${showSpace(of)}: ${others.map(showSpace).join(' ')}. The axes hold ${Math.round(100 * (shares[0]! + shares[1]!))} % of how the embeddings differ.`;
