import { attempt, byId, loadingView, on, reportIgnoredSettings, wireCopyLink, writeControls } from '@residual/appkit';
import { defineElements } from '@residual/elements';
import { attentionView } from './attention-view.js';
import { compareView } from './compare-view.js';
import { readControls, share } from './controls.js';
import { modelView } from './model-view.js';
import { nameView } from './name-view.js';
import { openSession, type Session } from './session.js';
import { address, preset } from './settings.js';
import { storyView } from './story-view.js';

defineElements();
writeControls(address.settingsFrom(location.hash));
attempt(start);

/** Loads the shipped model and computes everything that is shown before the first click. */
async function start(): Promise<void> {
  const view = loadingView();
  const session = await openSession(view.download);
  const story = storyView(session);
  const both = compareView(session, story);
  const attention = attentionView(session, story);
  const name = nameView(session);
  const computeAll = () => allOf([story.writeStory, both, attention, name]);
  const load = modelView(session, view, {
    before: story.end,
    after: async () => {
      for (const id of ['generate', 'both', 'attend', 'take-story', 'take-preset', 'compare'])
        byId<HTMLButtonElement>(id).disabled = false;
      reportIgnoredSettings(address, asksForModel(session));
      await computeAll();
    },
  });
  writeControls(address.settingsFrom(location.hash));

  document.addEventListener('input', share);
  on('controls', 'submit', story.writeStory);
  on('stop', 'click', story.end);
  on('reset', 'click', async () => {
    const { backend, model, hub } = readControls();
    writeControls({ ...preset, backend, model, hub });
    share();
    if (session.isLoaded) await computeAll();
  });
  wireCopyLink('status');
  on('both', 'click', both);
  addEventListener('hashchange', () =>
    attempt(() => {
      const { backend } = readControls();
      writeControls(address.settingsFrom(location.hash));
      if (backend !== readControls().backend || !session.isLoaded) return load(session.origin);
      reportIgnoredSettings(address, asksForModel(session));
      return computeAll();
    }),
  );
  // The address may name another model, but no other server is contacted before the visitor presses the button.
  await attempt(() => load('shipped'));
}

/** A sentence if the address asks for another model than the loaded one, with how to load it. */
function asksForModel({ origin }: Session): string[] {
  const { model, hub } = address.settingsFrom(location.hash);
  if (model === '' || (typeof origin === 'object' && 'id' in origin && origin.id === model)) return [];
  const server = /^https?:/.test(model) ? new URL(model).host : hub.replace(/^https?:\/\//, '');
  return [
    `This link asks for the model ${model}: press “Load model” below to fetch it from ${server}. ` +
      'Until then the page shows another one.',
  ];
}

/** Runs all actions, even if one fails; then throws the first error. */
async function allOf(acts: readonly (() => Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const act of acts) await act().catch(error => errors.push(error));
  if (errors.length > 0) throw errors[0];
}
