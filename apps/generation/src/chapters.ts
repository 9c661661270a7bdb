import { reportFailure, wireTabs } from '@residual/appkit';
import { readControls, set } from './controls.js';
import type { Session } from './session.js';
import { chapters, type Settings } from './settings.js';
import type { StoryView } from './story/view.js';

type Chapter = Settings['chapter'];

/** A chapter: wires its part of the page and returns the function that computes it. */
export type MakeChapter = (session: Session, story: StoryView) => () => Promise<void>;

/** Loads the code of a chapter when it is shown for the first time. The model has its own controls. */
const loaders: Readonly<Record<Exclude<Chapter, 'model'>, () => Promise<MakeChapter>>> = {
  attention: async () => (await import('./attention/view.js')).attentionView,
  ways: async () => (await import('./ways/view.js')).waysView,
  name: async () => (await import('./name/view.js')).nameView,
  chat: async () => (await import('./chat/view.js')).chatView,
};

/** The chapters under the story, of which one is shown and computed. */
export interface Chapters {
  /** Says that chapters no longer fit the story or the model; the one that is shown is computed again. */
  refresh(stale?: readonly Chapter[]): Promise<void>;
}

/** Wires the tabs of the chapters. */
export function chaptersView(session: Session, story: StoryView): Chapters {
  const made = new Map<Chapter, Promise<() => Promise<void>>>();
  const stale = new Set<Chapter>(chapters);
  const show = async () => {
    const { chapter } = readControls();
    if (chapter === 'model' || !session.isLoaded || !stale.delete(chapter)) return;
    const compute = made.get(chapter) ?? loaders[chapter]().then(makeChapter => makeChapter(session, story));
    made.set(chapter, compute);
    try {
      await (await compute)();
    } catch (error) {
      stale.add(chapter);
      throw error;
    }
  };
  wireTabs(
    chapters,
    chapter => {
      set({ chapter: chapter as Chapter });
      reportFailure(show());
    },
    () => readControls().chapter,
  );
  return {
    refresh: names => {
      for (const name of names ?? chapters) stale.add(name);
      return show();
    },
  };
}
