import { attempt, backendOptions, byId, on } from '@residual/appkit';
import { defineAttention, defineHeads } from '@residual/elements';
import { controls, follow, set, share } from './controls.js';
import { gptView } from './gpt-view.js';
import { lineView } from './line-view.js';
import { netView } from './net-view.js';
import type { Settings } from './settings.js';
import { wireTabs } from './tabs.js';
import { ownWork } from './trainer.js';
import { tuneView } from './tune-view.js';

defineAttention();
defineHeads();
follow();
addEventListener('hashchange', follow); // before the views, which read the controls then
wireTabs(
  ['line', 'perceptron', 'gpt', 'tune'],
  name => set({ tab: name as Settings['tab'] }),
  () => controls().tab,
);
const work = ownWork();
lineView(work);
netView();
gptView();
tuneView();
document.addEventListener('input', share);
document.addEventListener('change', share);
attempt(async () => {
  const { backend } = controls();
  byId('backend').replaceChildren(...backendOptions(await work()));
  set({ backend });
});
on('copy', 'click', async () => {
  await navigator.clipboard.writeText(location.href);
  byId('copied').textContent = 'The link is copied.';
});
