import {
  attempt,
  backendOptions,
  byId,
  loadOnce,
  reportFailure,
  reportIgnoredSettings,
  settingsFold,
  wireCopyLink,
  wireTabs,
  writeControls,
} from '@residual/appkit';
import { controls, readAddress, set, share } from './controls.js';
import { lineView } from './line-view.js';
import { pointsFrom } from './points.js';
import { address, type Settings } from './settings.js';
import { summaries } from './summaries.js';
import { trainingWorker } from './trainer.js';
import type { View } from './view.js';

readAddress();
addEventListener('hashchange', readAddress); // before the views, which read the controls in their own listeners
const folds = Object.entries(summaries).map(([id, said]) => settingsFold(id, () => said(controls())));
const updateFolds = () => {
  for (const update of folds) update();
};
/**
 * Reports everything in the address that the page cannot read; points that cannot be parsed are replaced by others.
 */
const report = () => {
  const { linePoints, netPoints } = address.settingsFrom(location.hash);
  const unreadable = [linePoints, netPoints].filter(text => text !== '' && !pointsFrom(text));
  const sentence = 'This link holds points that cannot be read; others are used instead.';
  reportIgnoredSettings(address, unreadable.length > 0 ? [sentence] : []);
};
addEventListener('hashchange', report);
report();
const work = trainingWorker();
/** The views by tab; their code is loaded when they are first opened. */
const views: Readonly<Record<Settings['tab'], () => Promise<View>>> = {
  line: loadOnce(async () => lineView(work)),
  perceptron: loadOnce(async () => (await import('./net-view.js')).netView()),
  backprop: loadOnce(async () => (await import('./backprop-view.js')).backpropView()),
  gpt: loadOnce(async () => (await import('./gpt-view.js')).gptView()),
  tune: loadOnce(async () => (await import('./tune-view.js')).tuneView()),
};
const open = () => reportFailure(views[controls().tab]().then(view => view.open()));
wireTabs(
  ['line', 'perceptron', 'backprop', 'gpt', 'tune'],
  name => {
    set({ tab: name as Settings['tab'] });
    open();
  },
  () => controls().tab,
);
addEventListener('hashchange', () => {
  updateFolds();
  open();
});
for (const event of ['input', 'change', 'click'])
  document.addEventListener(event, () => {
    share();
    updateFolds();
  });
open();
attempt(async () => {
  const { backend } = controls();
  const select = byId<HTMLSelectElement>('backend');
  select.replaceChildren(...backendOptions(await work()));
  writeControls({ backend });
  if (select.value !== backend) report(); // this machine lacks the backend
  share();
});
wireCopyLink('copied');
