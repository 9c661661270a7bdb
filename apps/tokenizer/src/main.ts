import {
  byId,
  chips,
  loadingView,
  onFiles,
  openState,
  reportFailure,
  reportIgnoredSettings,
  settingsFold,
  showError,
  watchSight,
  wireCopyLink,
} from '@residual/appkit';
import { connect } from '@residual/appkit/calls';
import { startWorker } from '@residual/appkit/downloads';
import { defineTokenText } from '@residual/elements';
import { examples } from './examples.js';
import { openPair, sides } from './pair.js';
import { address } from './settings.js';
import type { Context } from './views/context.js';
import { paneOf } from './views/pane.js';
import type { Calls } from './work/calls.js';
import script from './worker-entry.ts?worker&url';

/** The chapters, which are loaded when they come near the window. */
const chapters: Readonly<Record<string, () => Promise<{ view: (context: Context) => Promise<void> | void }>>> = {
  film: () => import('./views/film.js'),
  languages: () => import('./views/languages.js'),
  training: () => import('./views/training.js'),
};

start().catch(error => showError(error));

async function start(): Promise<void> {
  defineTokenText();
  const state = openState(address);
  const pair = openPair(state);
  const special = byId<HTMLInputElement>('special');
  const readState = () => {
    special.checked = state.now.special;
    markExample(state.now.text);
  };
  const markExample = chips('examples', Object.entries(examples), text => state.set({ text }));
  special.addEventListener('change', () => state.set({ special: special.checked }));
  const said = settingsFold('settings', () => `special tokens ${state.now.special ? 'on' : 'off'}`);
  for (const id of ['text', 'text-beside']) byId<HTMLTextAreaElement>(id).value = state.now.text;
  state.on(['text', 'special'], () => {
    readState();
    said();
  });
  readState();
  wireCopyLink('copied');
  reportIgnoredSettings(address);
  addEventListener('hashchange', () => reportIgnoredSettings(address));

  const worker = connect<Calls>(await startWorker(script, loadingView().download), 'tokens');
  await worker.start(document.baseURI);
  const context: Context = { state, pair, worker };
  for (const side of sides) paneOf(side, context);
  onFiles('files', async files => {
    const { name, label } = await worker.read(files);
    pair.offer(name, label);
    pair.choose('first', name);
  });
  for (const [id, load] of Object.entries(chapters)) openNear(id, load, context);
}

/** Opens a chapter when it comes near the window. */
function openNear(id: string, load: (typeof chapters)[string], context: Context): void {
  let isOpen = false;
  const open = async () => (await load()).view(context);
  const see = (isNear: boolean) => {
    if (isOpen || !isNear) return;
    isOpen = true;
    reportFailure(open());
  };
  watchSight(byId(id), see, { rootMargin: '300px' });
}
