import { byId, grouped, prefersStill, reportFailure, saveFile, singleRun } from '@residual/appkit';
import type { Command, Growth } from '../work/growth.js';
import type { Context } from './context.js';
import { growthPicture } from './growth-picture.js';

/** The beginning of Shakespeare's plays, in the public domain. */
const shippedText = () => new URL('../../../../fixtures/texts/tinyshakespeare/input.txt', import.meta.url);

/** A tokenizer is trained on a text while one watches. */
export async function view(context: Context): Promise<void> {
  const { state } = context;
  const [corpus, size] = [byId<HTMLTextAreaElement>('corpus'), byId<HTMLInputElement>('vocabSize')];
  const train = trainingOf(context);
  const showSize = () => {
    size.value = String(state.now.vocabSize);
    byId('vocabSize-said').textContent = grouped(state.now.vocabSize);
  };
  byId('training-form').addEventListener('submit', event => {
    event.preventDefault();
    reportFailure(train(corpus.value));
  });
  size.addEventListener('input', () => state.set({ vocabSize: Number(size.value) }));
  state.on(['vocabSize'], showSize);
  showSize();
  const response = await fetch(shippedText());
  if (!response.ok) throw new Error(`The text could not be read: status ${response.status}.`);
  corpus.value ||= await response.text();
  await train(corpus.value);
}

/** Wires the buttons of the training; returns the function that trains on a text. */
function trainingOf({ state, worker, pair }: Context): (text: string) => Promise<void> {
  const [pause, stop] = [byId<HTMLButtonElement>('pause'), byId<HTMLButtonElement>('stop')];
  const [picture, run] = [growthPicture(), singleRun()];
  let command = (_: Command) => {};
  const tell = (said: string) => {
    byId('training-said').textContent = said;
  };
  const enable = (ids: readonly string[], isEnabled: boolean) => {
    for (const id of ids) byId<HTMLButtonElement>(id).disabled = !isEnabled;
  };
  const form = byId('training-form');
  pause.addEventListener('click', () => {
    const isPaused = pause.textContent === 'Go on';
    command(isPaused ? 'go on' : 'pause');
    pause.textContent = isPaused ? 'Pause' : 'Go on';
  });
  stop.addEventListener('click', () => reportFailure(run.end()));
  byId('use').addEventListener('click', () => {
    pair.choose('second', 'trained');
    byId('pane-second').scrollIntoView({ block: 'center', behavior: prefersStill() ? 'auto' : 'smooth' });
  });
  byId('save').addEventListener('click', () => reportFailure(worker.save('trained').then(download)));

  return text =>
    run.start(async signal => {
      const { port1, port2 } = new MessageChannel();
      command = said => port1.postMessage(said);
      signal.addEventListener('abort', () => command('stop'));
      port1.onmessage = ({ data }: MessageEvent<Growth>) => picture.show(data);
      picture.begin(text);
      pause.textContent = 'Pause';
      enable(['pause', 'stop'], true);
      form.classList.add('running');
      tell('The list grows.');
      try {
        const growth = await worker.train(text, state.now.vocabSize, prefersStill(), port2);
        picture.show(growth);
        const count = growth.vocabSize;
        pair.offer('trained', `Your own, ${grouped(count)} tokens`);
        enable(['use', 'save'], true);
        tell(`Done: ${grouped(count)} tokens are on the list. ${picture.sentence()}`);
      } catch (error) {
        tell(signal.aborted ? `Stopped. ${picture.sentence()}` : '');
        if (!signal.aborted) throw error;
      } finally {
        enable(['pause', 'stop'], false);
        form.classList.remove('running');
        port1.close();
      }
    });
}

/** Downloads a `tokenizer.json`. */
function download(json: string): void {
  saveFile('tokenizer.json', new Blob([json], { type: 'application/json' }));
}
