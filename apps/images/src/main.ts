import {
  attempt,
  byId,
  loadingView,
  on,
  onFiles,
  openState,
  settingsFold,
  showError,
  singleRun,
  wireCopyLink,
} from '@residual/appkit';
import { connect } from '@residual/appkit/calls';
import { startWorker } from '@residual/appkit/downloads';
import { defineNeighbours } from '@residual/elements';
import { examplesView } from './examples-view.js';
import { openLibrary } from './library.js';
import { openLookedAt } from './looked-at.js';
import { mapView } from './map-view.js';
import { modelView } from './model-view.js';
import { padView } from './pad-view.js';
import { pictureView } from './picture-view.js';
import type { functions } from './picture-worker.js';
import script from './picture-worker.ts?worker&url';
import { openSearch } from './search.js';
import { openSession } from './session.js';
import { address } from './settings.js';
import { severalView } from './several-view.js';
import { sumView } from './sum-view.js';
import { readTables, shippedTables } from './tables.js';

defineNeighbours();
attempt(start);

/** Loads pictures and model, and shows what is nearest to the first sum. */
async function start(): Promise<void> {
  const [state, loading, main] = [openState(address), loadingView(), byId('main')];
  const [session, library, pictureWorker] = await Promise.all([
    openSession(loading.download),
    openLibrary(),
    startWorker(script, loading.download),
  ]);
  const worker = connect<typeof functions>(pictureWorker, 'pictures');
  main.style.setProperty('--sheet', `url("${library.sheet}")`);
  main.style.setProperty('--columns', String(library.columns));
  const shipped = shippedTables(library);
  const search = openSearch(session, library, shipped);
  const lookedAt = openLookedAt(state, session, library, worker, showError);
  const computeSum = sumView(state, library, search, lookedAt);
  padView(state);
  pictureView(state, session, { library, search, lookedAt });
  const updateMap = mapView(library, worker, search);
  const clearSeveral = severalView(session, library, search);
  const reading = singleRun();
  examplesView(state, library);

  /** Reads all pictures with another model, and shows more as they are there. */
  const readAll = () =>
    reading.start(async signal => {
      const count = library.pictures.length;
      byId('reading').hidden = false;
      try {
        await readTables(session, library, signal, async tables => {
          search.use(tables);
          const { length } = tables.shown;
          byId('reading-text').textContent = `This model reads the pictures: ${length} of ${count}`;
          byId<HTMLProgressElement>('reading-progress').value = length / count;
          await computeSum();
        });
        updateMap();
      } finally {
        byId('reading').hidden = true;
      }
    });
  on('stop-reading', 'click', () => reading.end());

  const { start: load, loadFiles } = modelView(state, session, loading, {
    end: async () => {
      main.removeAttribute('data-state');
      await reading.end();
    },
    loaded: clearSeveral,
    run: async () => {
      byId('status').textContent = '';
      if (session.hasVectors) search.use(shipped);
      const all = session.hasVectors ? undefined : readAll();
      await lookedAt.read();
      await (all ?? computeSum());
      updateMap();
      main.dataset.state = 'ready';
    },
  });
  onFiles('files', async files => {
    const isModel = (file: File) => /\.(safetensors|json|gguf)$/i.test(file.name);
    if (files.some(isModel)) await loadFiles(files);
    else if (files[0]) await lookedAt.take(files[0]);
  });
  addEventListener('paste', ({ clipboardData }) => {
    const [file] = [...(clipboardData?.files ?? [])];
    if (file) attempt(() => lookedAt.take(file));
  });
  const saySettings = settingsFold('settings', () => {
    const { backend, weights, model } = state.now;
    return [model, ...[backend, weights].filter(value => value !== 'auto')].filter(Boolean).join(', ');
  });
  state.on(['backend', 'weights', 'model'], saySettings);
  wireCopyLink('status');
  await load();
}
