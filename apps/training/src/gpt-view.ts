import { attempt, byId, grouped, handOver, on, prefersStill, reportFailure } from '@residual/appkit';
import { defineAttention, defineHeads } from '@residual/elements';
import type { TrainingEvent } from '@residual/train';
import { controls, set } from './controls.js';
import { download } from './download.js';
import { gptGround } from './gpt-ground.js';
import { type GptJob, snapshotView } from './gpt-snapshots.js';
import { historyView } from './history-view.js';
import { runPanel } from './run-panel.js';
import type { SavedRun } from './saved-run.js';
import { savedRunView } from './saved-run-view.js';
import { type OwnText, ownText } from './text.js';
import { trainingWorker } from './trainer.js';
import type { View } from './view.js';
import type { GptSettings } from './work/character-gpt.js';

/** The first steps change what it writes most: samples between the first two evaluations. */
const earlySamples: readonly number[] = [10, 25];

/** Wires a character GPT in training: its losses, its samples, its embeddings, its attention. */
export function gptView(): View {
  defineAttention();
  defineHeads();
  const ground = gptGround();
  const work = trainingWorker('starting', ground.progress);
  const text = ownText();
  const history = historyView();
  const snapshots = snapshotView();
  const saved = savedRunView(() => panel.start(true));

  const follow = async (event: TrainingEvent, job: GptJob) => {
    if (event.type === 'checkpoint' || event.type === 'resume') return;
    history.addLoss(event);
    if (event.type === 'step') {
      reportFailure(snapshots.showIfDue(job));
      if (earlySamples.includes(event.step)) await reportFailure(history.addSample(event, job));
      return;
    }
    await reportFailure(history.addSample(event, job));
    await history.save(job); // the checkpoint comes next
  };

  const panel = runPanel<GptJob>('gpt', {
    steps: () => controls().steps,
    start: async (signal, isResumed) => {
      const { trainer } = await work();
      snapshots.reset();
      if (isResumed && saved.run) {
        applySavedRun(saved.run, text);
        history.restore(saved.run.history);
      }
      const settings = settingsOf(await text.read());
      return trainer.start('gpt', { ...settings, backend: controls().backend }, { signal });
    },
    onStart: async (job, isResumed) => {
      await showFacts(job);
      for (const id of ['gpt-download', 'gpt-write']) byId<HTMLButtonElement>(id).disabled = false;
      ground.offer(job);
      saved.hideButtons();
      if (isResumed && saved.run) {
        await history.save(job);
        return saved.run.step;
      }
      await saved.delete(); // the new run has started
      for (const view of [history, snapshots]) view.clear();
      await snapshots.show(job);
      return 0;
    },
    onEvent: follow,
    onStop: history.save,
    onEnd: async job => {
      await snapshots.show(job);
      await saved.find();
    },
  });

  /** Shows the saved run of an earlier visit. */
  const restore = async () => {
    const run = await saved.find();
    if (!run || panel.isRunning) return;
    history.restore(run.history);
    byId('gpt-status').textContent = `A run is saved in this browser, at step ${run.step} of ${run.settings.steps}.`;
  };

  on('gpt-download', 'click', async () => {
    if (panel.job) await download('character-gpt.zip', await panel.job.ask('save'));
  });
  on('gpt-write', 'click', async () => {
    if (!panel.job) return;
    await handOver(await panel.job.ask('save'));
    location.href = `../generation/#${new URLSearchParams({ handed: 'true', prompt: controls().beginning })}`;
  });
  byId('probe').addEventListener('change', () => {
    if (panel.job) attempt(() => snapshots.show(panel.job!));
  });
  return {
    open: () =>
      attempt(async () => {
        if (panel.job || panel.isRunning) return;
        await restore();
        if (!saved.run && !panel.isRunning && !prefersStill()) await panel.start();
      }),
  };
}

/** Shows the size of the model and its backend. */
async function showFacts(job: GptJob): Promise<void> {
  const [{ parameters, characters }, backend] = [await job.ask('facts'), await job.ask('backend')];
  byId('gpt-facts').textContent =
    `${grouped(parameters)} parameters, ${characters} different characters, on ${backend}.`;
}

/**
 * Applies text and settings of a saved run; the learning rate, and the number of steps if some are left, are those of
 * the page.
 */
function applySavedRun({ settings, step }: SavedRun, text: OwnText): void {
  const { text: read, seed: gptSeed, steps, learningRate: _, ...sizes } = settings;
  set({ ...sizes, gptSeed, steps: controls().steps > step ? controls().steps : steps });
  text.set(read);
}

/** The settings of a new run. */
function settingsOf(text: string): GptSettings {
  const { depth, heads, modelDim, length, batch, steps, gptRate, gptSeed } = controls();
  return { text, depth, heads, modelDim, length, batch, steps, learningRate: gptRate, seed: gptSeed };
}
