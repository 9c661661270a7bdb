import {
  byId,
  loadingView,
  make,
  on,
  readControls,
  type State,
  saveFile,
  shippedModel,
  singleRun,
  writeControls,
} from '@residual/appkit';
import type { RemoteTraining } from '@residual/train/worker';
import type { Drawing } from '@residual/vision';
import type { Collection } from './collection.js';
import { thumbnail } from './row-view.js';
import { samplingOf } from './sampling.js';
import type { Session } from './session.js';
import { ofTraining, type Settings } from './settings.js';
import type { OwnDrawingsRequests } from './work/own-drawings.js';

type Job = RemoteTraining<OwnDrawingsRequests>;

/** The most words that are drawn before and after. */
const mostWords = 4;

/**
 * Wires the training on the visitor's own drawings; `use` takes the files of the trained model for the page. Returns
 * the function that ends the training and frees its model, as another backend needs it.
 */
export function ownView(
  state: State<Settings>,
  session: Session,
  collection: Collection,
  use: (files: readonly File[]) => Promise<void>,
): () => Promise<void> {
  const runs = singleRun();
  const loading = loadingView('own-loading');
  session.onTrainingProgress(loading.onProgress);
  const progress = byId<HTMLProgressElement>('own-progress');
  let job: Job | undefined;
  writeControls(ofTraining);
  const run = async (signal: AbortSignal) => {
    await job?.dispose();
    job = undefined;
    const { steps, learningRate } = readControls(ofTraining);
    say('Starting.');
    [progress.hidden, progress.value] = [false, 0];
    showAnswers([]);
    const settings = { source: shippedModel('drawings'), entries: collection.entries, learningRate, steps, seed: 1 };
    job = session.trainer.start('own', settings, { signal }) as Job;
    const words = [...new Set(collection.entries.map(({ word }) => word))].slice(0, mostWords);
    const before = await drawAll(job, words, state.now);
    loading.end();
    let done = 0;
    let unseen = '';
    try {
      for await (const event of job) {
        if (event.type === 'evaluation') unseen = event.loss.toFixed(2);
        if (event.type !== 'step') continue;
        done = event.step;
        progress.value = done / steps;
        const ofUnseen = unseen && `, ${unseen} on some that it has not seen`;
        say(`Step ${done} of ${steps}: ${event.loss.toFixed(2)} nats a token on your drawings${ofUnseen}.`);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
    const after = await drawAll(job, words, state.now);
    showAnswers(words.map((word, i) => rowOf(word, before[i]!, after[i]!, session.strokes.grid)));
    const end = signal.aborted
      ? `Stopped after step ${done}; what was learned stays`
      : `It has learned for ${done} steps`;
    say(`${end}${unseen && `: ${unseen} nats a token of drawings that it has not seen`}.`);
  };
  const showButtons = () => {
    byId<HTMLButtonElement>('stop-training').disabled = !runs.isRunning;
    for (const id of ['use-trained', 'save-trained']) byId<HTMLButtonElement>(id).disabled = !job || runs.isRunning;
  };
  on('train-form', 'submit', async () => {
    const running = runs.start(run);
    showButtons();
    try {
      await running;
    } catch (error) {
      say('');
      throw error;
    } finally {
      showButtons();
    }
  });
  on('stop-training', 'click', () => runs.end());
  on('use-trained', 'click', async () => {
    const files = await job!.ask('save');
    await use([...files].map(([name, bytes]) => new File([bytes], name)));
  });
  on('save-trained', 'click', async () => {
    const { zipFiles } = await import('@residual/appkit/zip');
    saveFile('drawing-model.zip', zipFiles(await job!.ask('save')));
  });
  return async () => {
    await runs.end();
    await job?.dispose();
    job = undefined;
    showButtons();
  };
}

const say = (sentence: string) => {
  byId('own-status').textContent = sentence;
};

const showAnswers = (rows: readonly HTMLElement[]) => byId('own-answers').replaceChildren(...rows);

/** What the model of a training draws for words now. */
async function drawAll(job: Job, words: readonly string[], settings: Settings): Promise<Drawing[]> {
  const drawings: Drawing[] = [];
  for (const text of words) drawings.push(await job.ask('draw', { words: text, options: samplingOf(settings) }));
  return drawings;
}

/** A word before and after. */
function rowOf(word: string, before: Drawing, after: Drawing, grid: number): HTMLElement {
  const figure = (drawing: Drawing, when: string) => thumbnail(drawing, grid, `${word} ${when}`);
  return make('li', {}, figure(before, 'before'), figure(after, 'after'), make('span', {}, `${word}: before, after`));
}
