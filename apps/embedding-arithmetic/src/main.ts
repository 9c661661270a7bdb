import { loadingView, reportIgnoredSettings, showError, wireCopyLink } from '@residual/appkit';
import { connect } from '@residual/appkit/calls';
import { startWorker } from '@residual/appkit/downloads';
import { defineNeighbours } from '@residual/elements';
import { arithmeticView } from './arithmetic-view.js';
import type { functions } from './computations.js';
import { directionView } from './direction-view.js';
import { driftView } from './drift-view.js';
import { address } from './settings.js';
import { openState } from './state.js';
import { storyteller } from './stories.js';
import { openVocabularies } from './vocabularies.js';
import script from './worker-entry.ts?worker&url';

type Offered = typeof functions & { startModels: (port: MessagePort) => Promise<void> };

defineNeighbours();
start().catch(error => showError(error));

/** Loads the word vectors and shows the first answer. */
async function start(): Promise<void> {
  const [state, loading] = [openState(), loadingView()];
  const worker = connect<Offered>(await startWorker(script, loading.download), 'arithmetic');
  const model = storyteller(worker, loading);
  const vocabularies = openVocabularies(worker, model);
  vocabularies.of('words').catch(() => {}); // starts loading; whoever awaits it gets the error
  driftView(state, model);
  wireCopyLink('copied');
  const views = [arithmeticView(state, worker, vocabularies), directionView(state, worker, vocabularies)];
  reportIgnoredSettings(address);
  addEventListener('hashchange', () => reportIgnoredSettings(address));
  await Promise.all(views);
  document.body.dataset.ready = 'true';
}
