import {
  byId,
  chips,
  loadingView,
  loadOnce,
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

type Chapter = { readonly view: (context: Context) => Promise<void> | void };

/** The chapters, which are loaded when they come near the window; the last one begins to compute when it is in it. */
const chapters: readonly (readonly [id: string, margin: string, load: () => Promise<Chapter>])[] = [
  ['film', '300px', () => import('./views/film.js')],
  ['languages', '300px', () => import('./views/languages.js')],
  ['training', '0px 0px -25%', () => import('./views/training.js')],
];

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
  for (const [id, rootMargin, load] of chapters) {
    const open = loadOnce(async () => (await load()).view(context));
    watchSight(byId(id), isNear => isNear && reportFailure(open()), { rootMargin });
  }
}
