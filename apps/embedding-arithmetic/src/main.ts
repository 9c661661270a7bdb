import { loadingView, reportIgnoredSettings, showError, watchSight, wireCopyLink } from '@residual/appkit';
import { connect } from '@residual/appkit/calls';
import { type Download, startWorker } from '@residual/appkit/downloads';
import { defineNeighbours, defineVectors } from '@residual/elements';
import { arithmeticView } from './arithmetic-view.js';
import { biasView } from './bias-view.js';
import type { functions } from './computations.js';
import { directionView } from './direction-view.js';
import { driftView } from './drift-view.js';
import type { passageFunctions } from './passages.js';
import { searchView } from './search-view.js';
import type { sentenceFunctions } from './sentence-computations.js';
import { everyView, sentenceModel } from './sentence-model.js';
import { sentencesView } from './sentences-view.js';
import { address } from './settings.js';
import { openState } from './state.js';
import { storyteller, workerModels } from './stories.js';
import { openVocabularies } from './vocabularies.js';
import script from './worker-entry.ts?worker&url';

type Offered = typeof functions &
  typeof sentenceFunctions &
  typeof passageFunctions & { startModels: (port: MessagePort) => Promise<void> };

defineNeighbours();
defineVectors();
start().catch(error => showError(error));

/** Loads the word vectors and shows the first answer. */
async function start(): Promise<void> {
  const [state, loading, modelLoading] = [openState(), loadingView(), loadingView('drift-loading')];
  const sentencesLoading = everyView(['sentences-loading', 'search-loading'].map(loadingView));
  const download = (each: Download) => {
    if (each.address.includes('/models/minilm/')) return sentencesLoading.download(each);
    loading.download(each);
    if (!/^(vectors|vocab)\./.test(each.file)) modelLoading.download(each);
  };
  const worker = connect<Offered>(await startWorker(script, download), 'arithmetic');
  const models = workerModels(worker);
  const model = storyteller(models, modelLoading);
  const vocabularies = openVocabularies(worker, model);
  vocabularies.of('words').catch(() => {}); // starts loading; whoever awaits it gets the error
  driftView(state, model);
  const embedder = sentenceModel(models, sentencesLoading, ['sentences-load', 'search-load']);
  sentencesView(state, worker, embedder);
  searchView(state, worker, embedder);
  wireCopyLink('copied');
  for (const figure of document.querySelectorAll('.moving'))
    watchSight(figure, isInSight => isInSight && figure.classList.add('seen'), { threshold: 0.3 });
  const views = [arithmeticView, directionView, biasView].map(view => view(state, worker, vocabularies));
  reportIgnoredSettings(address);
  addEventListener('hashchange', () => reportIgnoredSettings(address));
  await Promise.all(views);
  document.body.dataset.ready = 'true';
}
