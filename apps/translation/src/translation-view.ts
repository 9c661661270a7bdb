import { byId } from '@residual/appkit';
import type { BeamColumn } from '@residual/elements';
import type { TranslatedPiece, TranslateOptions, TranslationStep } from '@residual/model';
import { ablationView } from './ablation-view.js';
import { readControls } from './controls.js';
import { french } from './french.js';
import { columnOf } from './search-tree.js';
import type { Session } from './session.js';
import { headsIn, type Settings } from './settings.js';

/** A sentence that was translated, and how it was searched for; no columns where it was written greedily. */
export interface Sentence {
  readonly piece: TranslatedPiece;
  readonly columns: readonly BeamColumn[];
}

/** What the tokens of a source are called beside a map: their pieces of the vocabulary, and where it lacks one what stands there in the text. */
export function sourceLabels(
  { source, sourceTokens, alignment, unknown }: TranslatedPiece,
  session: Session,
): string[] {
  return sourceTokens.map((id, i) => {
    const [start, end] = alignment?.source[i] ?? [0, 0];
    const isUnknown = unknown.some(([from, to]) => from === start && to === end);
    return isUnknown ? source.slice(start, end) : session.textOf(id);
  });
}

/** What watches the sentences of a text. */
export interface Watcher {
  /** The sentence to be shown, or that there is none any more. */
  show(sentence: Sentence | undefined): Promise<void> | void;
  /** The search of the sentence that is shown grows. */
  grow?(column: BeamColumn, isFirst: boolean): void;
}

/** Translates and hands on what comes of it. */
export interface TranslationView {
  /** Translates the text that stands there, after ending what runs; nothing before the model is loaded. */
  run(): Promise<void>;
  /** Ends what runs, and waits until it has ended. */
  end(): Promise<void>;
}

/** The options of `translate` that settings stand for. */
export function optionsOf(settings: Settings, depth: number, heads: number): TranslateOptions {
  const { mode, beams, lengthPenalty, off } = settings;
  const zeroed = headsIn(off, depth, heads).map(({ layer, head }) => {
    return { tap: `decoder.layers.${layer}.crossAttention.weights`, heads: [head] };
  });
  const search = mode === 'beams' ? { beams, lengthPenalty } : { beams: 1 };
  // The model was trained on single sentences, so every sentence is translated by itself.
  return { ...search, longest: 1, alignments: true, ...(zeroed.length > 0 && { zeroed }) };
}

/** Wires the text and its translation; `watchers` are told the sentence to be shown. */
export function translationView(session: Session, watchers: readonly Watcher[]): TranslationView {
  const [translate, stop] = [byId<HTMLButtonElement>('translate'), byId<HTMLButtonElement>('stop')];
  const [status, speed] = [byId('status'), byId('speed')];
  const ablation = ablationView(session);
  let sentences: Sentence[] = [];
  let chosen = 0;
  let running: { readonly abort: AbortController; readonly done: Promise<unknown> } | undefined;

  const show = async () => {
    written.choose(chosen);
    for (const watcher of watchers) await watcher.show(sentences[chosen]);
  };
  const written = french(async index => {
    chosen = index;
    await show();
  });

  const end = async () => {
    running?.abort.abort();
    await running?.done;
  };

  /** One run, from the first token to the last sentence. */
  const follow = async (settings: Settings, signal: AbortSignal): Promise<string> => {
    const { model } = session;
    const options = optionsOf(settings, model.depth, model.heads);
    const begun = performance.now();
    let [tokens, columns]: [number, BeamColumn[]] = [0, []];
    let growing: readonly string[] = []; // the texts of the beams
    [sentences, chosen] = [[], 0];
    written.clear();
    const take = (step: TranslationStep) => {
      written.take(step);
      if (step.kind === 'begun') [columns, growing] = [[], []];
      if (step.kind === 'token') tokens++;
      if (step.kind === 'beams') {
        const column = columnOf(step.step, settings.beams, session.textOf);
        if (step.piece === chosen) for (const watcher of watchers) watcher.grow?.(column, columns.length === 0);
        columns.push(column);
        tokens++;
        growing = column.beams.map(({ text, parent }) => (growing[parent] ?? '') + text);
        if (growing[0] !== undefined) written.guess(growing[0]);
      }
      if (step.kind === 'piece') sentences.push({ piece: step.translated, columns });
      const seconds = (performance.now() - begun) / 1000;
      if (tokens > 0) speed.textContent = `${tokens} steps, ${(tokens / seconds).toFixed(0)} per second`;
    };
    for await (const step of model.translate(settings.text, { ...options, signal })) {
      take(step);
      if (step.kind === 'piece' && step.piece === 0) await show();
    }
    if (sentences.length === 0) await show();
    await ablation(settings, written.text, signal);
    const [only] = sentences;
    if (!only) return 'Nothing to translate';
    const score = `log-probability ${only.piece.logprob.toFixed(2).replace('-', '−')}`;
    return sentences.length > 1 ? `Translated ${sentences.length} sentences` : `Translated, ${score}`;
  };

  const run = async () => {
    if (!session.isLoaded) return;
    while (running) await end(); // also another run that began meanwhile
    const abort = new AbortController();
    const { signal } = abort;
    byId('main').removeAttribute('data-state');
    [stop.disabled, status.textContent, speed.textContent] = [false, 'Translating', ''];
    const work = follow(readControls(), signal);
    const done = work.then(
      () => {},
      () => {},
    );
    running = { abort, done };
    let isReplaced = false;
    try {
      status.textContent = await work;
    } catch (error) {
      isReplaced = !signal.aborted && (error as Error).name === 'AbortError'; // by the model on another backend, which translates anew
      written.stop();
      status.textContent = signal.aborted || isReplaced ? 'Stopped' : 'Not translated';
      throw error;
    } finally {
      translate.disabled = false;
      if (running?.done === done) {
        [running, stop.disabled] = [undefined, true];
        if (!isReplaced) byId('main').dataset.state = 'ready';
      }
    }
  };
  return { run, end };
}
