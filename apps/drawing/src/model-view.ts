import {
  byId,
  grouped,
  type LoadingView,
  type ModelOrigin,
  megabytes,
  modelChoice,
  on,
  reportIgnoredSettings,
  type State,
  writeControls,
} from '@residual/appkit';
import type { ChapterModel, Session } from './session.js';
import { address, type Chapter, type Settings } from './settings.js';

/** What the page does around a load. */
export interface ModelPage {
  /** Ends what is running. */
  readonly end: () => Promise<void>;
  /** Called when what a chapter shows, or all of them, is no longer by the model that is about to be loaded. */
  readonly outdated: (chapter?: Chapter) => void;
  /** Frees what else is on the backend that is about to change. */
  readonly leaveBackend: () => Promise<void>;
  /** Shows the chapter with the loaded model. */
  readonly run: () => Promise<void>;
  /** Shows the chapter of the settings. */
  readonly showChapter: () => void;
}

/**
 * Wires the choice of backend, weights and model. Returns the function that loads what is chosen for the current
 * chapter, or files for it. The page holds one model at a time, that of the chapter that is shown; if another one
 * cannot be loaded, the last chapter is shown again.
 */
export function modelView(
  state: State<Settings>,
  session: Session,
  loading: LoadingView,
  { end, outdated, leaveBackend, run, showChapter }: ModelPage,
): (origin?: ModelOrigin) => Promise<void> {
  const fields = ['backend', 'weights'] as const;
  const read = () => ({
    backend: byId<HTMLSelectElement>('backend').value,
    weights: byId<HTMLSelectElement>('weights').value as Settings['weights'],
  });
  const write = () => writeControls({ backend: state.now.backend, weights: state.now.weights });
  /** The model of each chapter, and the last that was loaded. */
  const wanted: Record<Chapter, ChapterModel> = {
    strokes: { chapter: 'strokes', origin: 'shipped' },
    emoji: { chapter: 'emoji', origin: 'shipped' },
  };
  const usable = { ...wanted };
  let backend: string | undefined;
  const choose = modelChoice(loading, {
    session,
    read,
    source: () => wanted[state.now.chapter],
    restore: write,
    set: choice => {
      Object.assign(wanted, usable);
      writeControls(choice);
      state.set({ ...choice, chapter: session.loaded!.chapter });
      showChapter();
    },
    end,
    load: async (choice, options) => {
      const model = wanted[state.now.chapter];
      if (choice.backend !== backend) await leaveBackend();
      backend = choice.backend;
      await session.load(model, choice, options);
      usable[model.chapter] = model;
      await showFacts(session);
    },
    onLoaded: () => reportIgnoredSettings(address, []),
    run,
    sentence: 'The model is not loaded, and without it nothing can be drawn.',
  });
  for (const name of fields)
    on(name, 'change', () => {
      outdated();
      state.set({ [name]: read()[name] });
      return choose();
    });
  state.on(fields, () => {
    outdated();
    write();
  });
  return async origin => {
    if (origin) {
      const { chapter } = state.now;
      outdated(chapter);
      wanted[chapter] = { chapter, origin };
    }
    await choose();
  };
}

/** What a model writes into the sentence of its facts. */
const sentenceOf: Readonly<Record<Chapter, (session: Session) => string>> = {
  strokes: ({ model, strokes }) =>
    `most of them the vectors of ${grouped(model.vocab - strokes.vocab)} words. It draws on a grid of ` +
    `${strokes.grid} × ${strokes.grid} points and reads ${model.maxPositions} tokens at most.`,
  emoji: ({ model }) =>
    `those of the words, of the decoder that writes codes, and of the autoencoder that turns pictures into codes and ` +
    `back. It reads ${String(model.config.prompt_words)} words at most.`,
};

/** Shows the size of the model, and where it runs. */
async function showFacts(session: Session): Promise<void> {
  const { model, loaded } = session;
  const { parameters, bytes } = await model.describe();
  const name = loaded!.origin === 'shipped' ? 'The model of this chapter' : 'The model of your files';
  byId('facts').textContent =
    `${name} runs on ${model.backend}, in ${megabytes(bytes)} MB of memory: ${(parameters / 1e6).toFixed(1)} million ` +
    `numbers, ${sentenceOf[loaded!.chapter](session)}`;
}
