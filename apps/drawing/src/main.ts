import { attempt, byId, loadingView, openState, wireCopyLink } from '@residual/appkit';
import { betweenView } from './between-view.js';
import { drawView } from './draw-view.js';
import { examplesView } from './examples-view.js';
import { modelView } from './model-view.js';
import { ownView } from './own-view.js';
import { openSession } from './session.js';
import { address } from './settings.js';
import { temperaturesView } from './temperatures-view.js';

attempt(start);

/** Loads the model and draws the first word. */
async function start(): Promise<void> {
  const [state, loading, main] = [openState(address), loadingView(), byId('main')];
  const session = await openSession(loading.download);
  const drawing = drawView(state, session);
  temperaturesView(state, session);
  betweenView(state, session);
  const load = modelView(state, session, loading, {
    end: async () => {
      main.removeAttribute('data-state');
      await drawing.sheet.player.stop();
    },
    run: async () => {
      await drawing.draw();
      main.dataset.state = 'ready';
    },
  });
  const use = (files: readonly File[]) => load({ files });
  ownView(state, session, examplesView(session, drawing.sheet, use), use);
  wireCopyLink('copied');
  await load();
}
