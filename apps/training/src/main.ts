import {
  attempt,
  backendOptions,
  byId,
  reportIgnoredSettings,
  wireCopyLink,
  wireTabs,
  writeControls,
} from '@residual/appkit';
import { defineAttention, defineHeads } from '@residual/elements';
import { controls, readAddress, set, share } from './controls.js';
import { gptView } from './gpt-view.js';
import { lineView } from './line-view.js';
import { netView } from './net-view.js';
import { pointsFrom } from './points.js';
import { address, type Settings } from './settings.js';

import { trainingWorker } from './trainer.js';
import { tuneView } from './tune-view.js';

defineAttention();
defineHeads();
readAddress();
addEventListener('hashchange', readAddress); // before the views, which read the controls in their own listeners
wireTabs(
  ['line', 'perceptron', 'gpt', 'tune'],
  name => set({ tab: name as Settings['tab'] }),
  () => controls().tab,
);
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
lineView(work);
netView();
gptView();
tuneView();
document.addEventListener('input', share);
document.addEventListener('change', share);
attempt(async () => {
  const { backend } = controls();
  const select = byId<HTMLSelectElement>('backend');
  select.replaceChildren(...backendOptions(await work()));
  writeControls({ backend });
  if (select.value !== backend) report(); // this machine lacks the backend
  share();
});
wireCopyLink('copied');
