import { byId, loadingView, openState, reportIgnoredSettings, showError, wireCopyLink } from '@residual/appkit';
import { startWorker } from '@residual/appkit/downloads';
import { navigation } from './frame/navigation.js';
import { sectionOf } from './frame/section.js';
import { sentenceBar } from './frame/sentence-bar.js';
import { stageOf } from './frame/stage.js';
import { openTour } from './frame/tour.js';
import { address } from './settings.js';
import { steps } from './steps/index.js';
import script from './worker-entry.ts?worker&url';

start().catch(error => showError(error));

/** Shows the texts of all steps, then starts the worker and lets the steps near the window compute. */
async function start(): Promise<void> {
  const state = openState(address);
  const sections = steps.map((step, i) => sectionOf(step, i + 1, state));
  byId('steps').append(...sections.map(({ element }) => element));
  byId<HTMLTextAreaElement>('sentence').value = state.now.sentence;
  navigation(byId('rail'), steps, sections, state);
  wireCopyLink('copied');
  reportIgnoredSettings(address);
  const tour = openTour(await startWorker(script, loadingView().download), state);
  sentenceBar(tour);
  for (const [i, step] of steps.entries()) stageOf(step, sections[i]!, tour);
}
