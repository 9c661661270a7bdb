import { byId, singleRun } from '@residual/appkit';
import type { BeamColumn } from '@residual/elements';
import type { TranslationStep } from '@residual/model';
import { ablationView } from './ablation-view.js';
import { readControls } from './controls.js';
import { english } from './english.js';
import { french } from './french.js';
import { columnOf } from './search-tree.js';
import type { Sentence, Watcher } from './sentence.js';
import type { Session } from './session.js';
import { optionsOf, type Settings } from './settings.js';
import { statusOf } from './status.js';

/** Translates the text and updates the views. */
export interface TranslationView {
  /** Stops a running translation and translates the text; does nothing before the model is loaded. */
  run(): Promise<void>;
  /** Stops the translation and waits until it has ended. */
  end(): Promise<void>;
}

/**
 * Wires the text and its translation; `watchers` show the selected sentence. `onStart` is called before each
 * translation, when the controls may have changed.
 */
export function translationView(session: Session, watchers: readonly Watcher[], onStart: () => void): TranslationView {
  const [translate, stop] = [byId<HTMLButtonElement>('translate'), byId<HTMLButtonElement>('stop')];
  const [main, stage, status, speed] = ['main', 'stage', 'status', 'speed'].map(id => byId(id)) as HTMLElement[];
  const ablation = ablationView(session);
  let sentences: Sentence[] = [];
  let selected = 0;
  const runs = singleRun();

  const show = async () => {
    written.choose(selected);
    read.choose(
      sentences.map(({ segment }) => segment),
      selected,
    );
    for (const watcher of watchers) await watcher.show(sentences[selected]);
  };
  const choose = (index: number) => {
    if (index === selected || !sentences[index]) return;
    selected = index;
    show();
  };
  const [written, read] = [french(choose), english(choose)];

  /** One translation, from the first token to the last sentence. */
  const follow = async (settings: Settings, signal: AbortSignal): Promise<string> => {
    const { model } = session;
    const options = { ...optionsOf(settings, model.depth, model.heads), signal };
    const startTime = performance.now();
    let [steps, columns]: [number, BeamColumn[]] = [0, []];
    [sentences, selected] = [[], 0];
    written.clear();
    read.choose([], 0);
    const add = async (step: TranslationStep) => {
      written.add(step);
      if (step.kind === 'start') columns = [];
      if (step.kind === 'beams') columns.push(columnOf(step.step, settings.beams, session.textOf));
      if (step.kind === 'beams' || step.kind === 'token') steps++;
      const seconds = (performance.now() - startTime) / 1000;
      if (steps > 0) speed!.textContent = `${steps} steps, ${(steps / seconds).toFixed(0)} per second`;
      if (step.kind !== 'segment') return;
      sentences.push({ segment: step.result, columns, reading: await session.read(step.result, options) });
      stage!.dataset.sentences = step.done < step.total || step.segment > 0 ? 'several' : 'one';
      if (step.segment === 0) await show();
    };
    for await (const step of model.translate(settings.text, options)) await add(step);
    await show();
    await ablation(settings, written.text, signal);
    return statusOf(sentences);
  };

  const run = async () => {
    if (!session.isLoaded) return;
    await runs.start(async signal => {
      main!.removeAttribute('data-state');
      onStart();
      [stop.disabled, status!.textContent] = [false, 'Translating'];
      let isReplaced = false;
      try {
        status!.textContent = await follow(readControls(), signal);
      } catch (error) {
        // the model was loaded on another backend, which translates again
        isReplaced = !signal.aborted && (error as Error).name === 'AbortError';
        written.stop();
        if (!signal.aborted && !isReplaced) await show(); // nothing of the text before
        status!.textContent = signal.aborted || isReplaced ? 'Stopped' : 'Not translated';
        throw error;
      } finally {
        translate.disabled = false;
        stop.disabled = true;
        if (!isReplaced) main!.dataset.state = 'ready';
      }
    });
  };
  return { run, end: runs.end };
}
