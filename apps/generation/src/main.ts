import { attempt, byId, on, writeControls } from '@residual/appkit';
import { defineElements } from '@residual/elements';
import { attentionView } from './attention-view.js';
import { compareView } from './compare-view.js';
import { readControls, share } from './controls.js';
import { modelView } from './model-view.js';
import { nameView } from './name-view.js';
import { openSession } from './session.js';
import { address, preset } from './settings.js';
import { storyView } from './story-view.js';

defineElements();
writeControls(address.settingsFrom(location.hash));
attempt(start);

/** Loads the shipped model and computes what stands there before the first click. */
async function start(): Promise<void> {
  const session = await openSession();
  const story = storyView(session);
  const both = compareView(session, story);
  const attention = attentionView(session, story);
  const name = nameView(session);
  const computeAll = () => allOf([story.tell, both, attention, name]);
  const load = modelView(session, {
    before: story.end,
    after: async () => {
      for (const id of ['generate', 'both', 'attend', 'take-story', 'take-preset', 'compare', 'load'])
        byId<HTMLButtonElement>(id).disabled = false;
      await computeAll();
    },
  });
  writeControls(address.settingsFrom(location.hash));

  document.addEventListener('input', share);
  on('controls', 'submit', story.tell);
  on('stop', 'click', story.end);
  on('reset', 'click', async () => {
    const { backend, model, hub } = readControls();
    writeControls({ ...preset, backend, model, hub });
    share();
    await computeAll();
  });
  on('copy', 'click', async () => {
    await navigator.clipboard.writeText(location.href);
    byId('status').textContent = 'The link is copied.';
  });
  on('both', 'click', both);
  addEventListener('hashchange', () =>
    attempt(() => {
      const { backend } = readControls();
      writeControls(address.settingsFrom(location.hash));
      return backend === readControls().backend ? computeAll() : load(session.origin);
    }),
  );
  // The address may name another model, but nothing is asked of another server until someone presses the button.
  await attempt(() => load('shipped'));
}

/** Does all of it, also where one fails; the first that failed is told. */
async function allOf(acts: readonly (() => Promise<void>)[]): Promise<void> {
  const failed: unknown[] = [];
  for (const act of acts) await act().catch(error => failed.push(error));
  if (failed.length > 0) throw failed[0];
}
