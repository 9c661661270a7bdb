import { byId, fixed, singleRun } from '@residual/appkit';
import type { BeamColumn } from '@residual/elements';
import type { TranslatedSegment, TranslationStep } from '@residual/model';
import { ablationView } from './ablation-view.js';
import { readControls } from './controls.js';
import { french } from './french.js';
import { columnOf } from './search-tree.js';
import type { Session } from './session.js';
import { optionsOf, type Settings } from './settings.js';

/** A translated sentence and the steps of its search; no columns for greedy decoding. */
export interface Sentence {
  readonly segment: TranslatedSegment;
  readonly columns: readonly BeamColumn[];
}

/** The labels of the source tokens: their text in the vocabulary, or the span of the source if the token is unknown. */
export function sourceLabels(
  { source, sourceTokens, alignment, unknownSpans }: TranslatedSegment,
  session: Session,
): string[] {
  return sourceTokens.map((id, i) => {
    const [start, end] = alignment?.source[i] ?? [0, 0];
    const isUnknown = unknownSpans.some(([from, to]) => from === start && to === end);
    return isUnknown ? source.slice(start, end) : session.textOf(id);
  });
}

/** A view of the selected sentence. */
export interface Watcher {
  /** Shows a sentence, or none. */
  show(sentence: Sentence | undefined): Promise<void> | void;
  /** Adds a step of the search for the selected sentence. */
  grow?(column: BeamColumn, isFirst: boolean): void;
}

/** Translates the text and updates the views. */
export interface TranslationView {
  /** Stops a running translation and translates the text; does nothing before the model is loaded. */
  run(): Promise<void>;
  /** Stops the translation and waits until it has ended. */
  end(): Promise<void>;
}

/** Wires the text and its translation; `watchers` show the selected sentence. */
export function translationView(session: Session, watchers: readonly Watcher[]): TranslationView {
  const [translate, stop] = [byId<HTMLButtonElement>('translate'), byId<HTMLButtonElement>('stop')];
  const [status, speed] = [byId('status'), byId('speed')];
  const ablation = ablationView(session);
  let sentences: Sentence[] = [];
  let selected = 0;
  const runs = singleRun();

  const show = async () => {
    written.choose(selected);
    for (const watcher of watchers) await watcher.show(sentences[selected]);
  };
  const written = french(async index => {
    selected = index;
    await show();
  });

  /** One translation, from the first token to the last sentence. */
  const follow = async (settings: Settings, signal: AbortSignal): Promise<string> => {
    const { model } = session;
    const options = optionsOf(settings, model.depth, model.heads);
    const startTime = performance.now();
    let [tokens, columns]: [number, BeamColumn[]] = [0, []];
    let beamTexts: readonly string[] = [];
    [sentences, selected] = [[], 0];
    written.clear();
    const addStep = (step: TranslationStep) => {
      written.add(step);
      if (step.kind === 'start') [columns, beamTexts] = [[], []];
      if (step.kind === 'token') tokens++;
      if (step.kind === 'beams') {
        const column = columnOf(step.step, settings.beams, session.textOf);
        if (step.segment === selected) for (const watcher of watchers) watcher.grow?.(column, columns.length === 0);
        columns.push(column);
        tokens++;
        beamTexts = column.beams.map(({ text, parent }) => (beamTexts[parent] ?? '') + text);
        if (beamTexts[0] !== undefined) written.guess(beamTexts[0]);
      }
      if (step.kind === 'segment') sentences.push({ segment: step.result, columns });
      const seconds = (performance.now() - startTime) / 1000;
      if (tokens > 0) speed.textContent = `${tokens} steps, ${(tokens / seconds).toFixed(0)} per second`;
    };
    for await (const step of model.translate(settings.text, { ...options, signal })) {
      addStep(step);
      if (step.kind === 'segment' && step.segment === 0) await show();
    }
    if (sentences.length === 0) await show();
    await ablation(settings, written.text, signal);
    const [only] = sentences;
    if (!only) return 'Nothing to translate';
    const score = `log-probability ${fixed(only.segment.logprob, 2)}`;
    return sentences.length > 1 ? `Translated ${sentences.length} sentences` : `Translated, ${score}`;
  };

  const run = async () => {
    if (!session.isLoaded) return;
    await runs.start(async signal => {
      byId('main').removeAttribute('data-state');
      [stop.disabled, status.textContent, speed.textContent] = [false, 'Translating', ''];
      let isReplaced = false;
      try {
        status.textContent = await follow(readControls(), signal);
      } catch (error) {
        // the model was loaded on another backend, which translates again
        isReplaced = !signal.aborted && (error as Error).name === 'AbortError';
        written.stop();
        status.textContent = signal.aborted || isReplaced ? 'Stopped' : 'Not translated';
        throw error;
      } finally {
        translate.disabled = false;
        stop.disabled = true;
        if (!isReplaced) byId('main').dataset.state = 'ready';
      }
    });
  };
  return { run, end: runs.end };
}
