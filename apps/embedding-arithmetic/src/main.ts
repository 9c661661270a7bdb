import { byId, loadingView, reportIgnoredSettings } from '@residual/appkit';
import { startWorker } from '@residual/appkit/downloads';
import { defineNeighbours } from '@residual/elements';
import { arithmeticView, type Vocabularies } from './arithmetic-view.js';
import { connect } from './calls.js';
import type { functions } from './computations.js';
import { directionView } from './direction-view.js';
import { driftView } from './drift-view.js';
import { address } from './settings.js';
import { showError } from './show-error.js';
import { openState } from './state.js';
import { storyteller } from './stories.js';
import script from './worker-entry.ts?worker&url';

type Offered = typeof functions & { startModels: (port: MessagePort) => Promise<void> };

defineNeighbours();
start().catch(error => showError('error', error));

/** Loads the word vectors and shows the first answer. */
async function start(): Promise<void> {
  const [state, loading] = [openState(), loadingView()];
  const worker = connect<Offered>(await startWorker(script, loading.download));
  const model = storyteller(worker, loading);
  const vocabularies = vocabulariesOf(worker, model);
  vocabularies.of('words').catch(() => {}); // starts loading; whoever awaits it gets the error
  driftView(state, model);
  byId('copy').addEventListener('click', async () => {
    await navigator.clipboard.writeText(location.href);
    byId('copied').textContent = 'The link is copied.';
  });
  const views = [arithmeticView(state, worker, vocabularies), directionView(state, worker, vocabularies)];
  reportIgnoredSettings(address);
  addEventListener('hashchange', () => reportIgnoredSettings(address));
  await Promise.all(views);
  document.body.dataset.ready = 'true';
}

/** Both tables, each loaded at its first use; a failed load is tried again. */
function vocabulariesOf(
  worker: ReturnType<typeof connect<Offered>>,
  model: ReturnType<typeof storyteller>,
): Vocabularies {
  const read = {
    words: () => worker.load(new URL('../data/word-vectors-en/', document.baseURI).href),
    stories: async () => {
      const { words, data } = await (await model()).tokenVectors();
      return worker.addTable('stories', { words, data: data.slice() });
    },
  };
  const loaded = new Map<string, Promise<readonly string[]>>();
  const ready = new Set<string>();
  return {
    has: table => ready.has(table),
    tokensOf: async words => {
      if (words.length === 0) return [];
      const storytellerModel = await model();
      return Promise.all(
        words.map(async word => {
          const text = ` ${word}`;
          const { offsets } = await storytellerModel.encode(text);
          return [...new Set(offsets.map(([start, end]) => text.slice(start, end).trim()))].filter(Boolean);
        }),
      );
    },
    of: table => {
      const vocabulary =
        loaded.get(table) ??
        read[table]().then(
          words => {
            ready.add(table);
            return words;
          },
          error => {
            loaded.delete(table);
            throw error;
          },
        );
      loaded.set(table, vocabulary);
      return vocabulary;
    },
  };
}
