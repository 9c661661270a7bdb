import { attempt, byId, loadingView, openState, wireCopyLink, wireTabs } from '@residual/appkit';
import { betweenView } from './between-view.js';
import { drawView } from './draw-view.js';
import { codesView } from './emoji/codes-view.js';
import { emojiView } from './emoji/emoji-view.js';
import { fourView } from './emoji/four-view.js';
import { examplesView } from './examples-view.js';
import { modelView } from './model-view.js';
import { ownView } from './own-view.js';
import { openSession } from './session.js';
import { address, type Chapter, chapters } from './settings.js';
import { temperaturesView } from './temperatures-view.js';

attempt(start);

/** Loads the model of the chapter and draws the first word, or paints the first emoji. */
async function start(): Promise<void> {
  const [state, loading, main] = [openState(address), loadingView(), byId('main')];
  let load: ReturnType<typeof modelView> = async () => {}; // until the worker has started
  const goTo = (chapter: Chapter) => {
    state.set({ chapter });
    showChapter();
    return load();
  };
  const showChapter = wireTabs(
    chapters,
    name => attempt(() => goTo(name as Chapter)),
    () => state.now.chapter,
  );
  const session = await openSession(loading.download);
  const drawing = drawView(state, session);
  temperaturesView(state, session);
  betweenView(state, session);
  const emoji = emojiView(state, session);
  fourView(state, session, emoji);
  const codes = codesView(session, emoji);
  const use = (files: readonly File[]) => load({ files });
  const endTraining = ownView(
    state,
    session,
    examplesView(session, drawing.sheet, {
      onModel: use,
      onPicture: async file => {
        await goTo('emoji');
        await codes.readFile(file);
      },
    }),
    use,
  );
  const isShown = new Set<Chapter>(); // what the settings say is there, by the loaded model
  load = modelView(state, session, loading, {
    end: async () => {
      main.removeAttribute('data-state');
      await Promise.all([drawing.sheet.player.stop(), emoji.stop()]);
    },
    outdated: chapter => (chapter ? isShown.delete(chapter) : isShown.clear()),
    leaveBackend: endTraining,
    run: async () => {
      const { chapter } = state.now;
      byId('status').textContent = '';
      if (!isShown.has(chapter)) {
        isShown.add(chapter);
        await (chapter === 'emoji' ? emoji.paint() : drawing.draw());
      }
      main.dataset.state = 'ready';
    },
    showChapter,
  });
  addEventListener('hashchange', () => {
    isShown.delete(state.now.chapter);
    attempt(() => load());
  });
  wireCopyLink('copied');
  wireCopyLink('emoji-copied', 'copy-emoji');
  await load();
}
