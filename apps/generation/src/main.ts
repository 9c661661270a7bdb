import {
  attempt,
  byId,
  loadingView,
  type ModelOrigin,
  on,
  prefersStill,
  reportFailure,
  reportIgnoredSettings,
  settingsFold,
  takeOver,
  wireCopyLink,
  writeControls,
} from '@residual/appkit';
import { defineBars, defineBranches, defineTokens, type TokensElement } from '@residual/elements';
import { chaptersView } from './chapters.js';
import { forgetShared, readControls, set, share } from './controls.js';
import { modelView } from './model/view.js';
import { openSession, type Session } from './session.js';
import { address, preset } from './settings.js';
import { beginningsView } from './story/beginnings.js';
import { forksFrom } from './story/forks.js';
import { samplingText } from './story/sampling.js';
import { StoryView } from './story/view.js';

defineTokens();
defineBars();
defineBranches();
readAddress();
// The beginning stands there before the model does.
byId<TokensElement>('story').tokens = [{ id: -1, text: readControls().prompt, isPrompt: true }];
attempt(start);

/** Loads the shipped model and lets it write. */
async function start(): Promise<void> {
  const view = loadingView();
  const session = await openSession(view.download);
  const story = new StoryView(session);
  const chapters = chaptersView(session, story);
  /** Writes the story, and computes the chapter that is shown. */
  const begin = async (write: () => Promise<void>, stale?: Parameters<typeof chapters.refresh>[0]) => {
    await Promise.all([write(), chapters.refresh(stale)].map(reportFailure));
    showBeginning();
    describe();
  };
  const beginAnew = () => begin(() => story.beginAnew(), ['ways']);
  const showBeginning = beginningsView(beginAnew);
  const describe = settingsFold('decoding', () => {
    const settings = readControls();
    const { maxNewTokens, seed } = settings;
    return `${samplingText(settings)}, ${maxNewTokens} tokens, seed ${seed}`;
  });
  const load = modelView(session, view, {
    before: () => story.end(),
    after: async () => {
      for (const id of [
        'generate',
        'reset',
        'another',
        'write',
        'attend',
        'take-story',
        'take-preset',
        'compare',
        'other-luck',
        'compare-forms',
      ])
        byId<HTMLButtonElement>(id).disabled = false;
      report(session);
      await begin(() => story.begin());
    },
  });
  readAddress();
  describe();

  document.addEventListener('input', share);
  document.addEventListener('change', share);
  on('controls', 'submit', beginAnew);
  on('another', 'click', () => {
    set({ seed: (readControls().seed + 1) % 2 ** 32 });
    return beginAnew();
  });
  on('reset', 'click', () => {
    const { backend, weights, model, hub, handed, chapter, pace } = readControls();
    writeControls({ ...preset, backend, weights, model, hub, handed, chapter, pace });
    return begin(() => story.beginAnew());
  });
  wireCopyLink('copied');
  addEventListener('hashchange', () =>
    attempt(() => {
      const { backend, weights, handed } = readControls();
      readAddress();
      const now = readControls();
      if (handed !== now.handed) return firstModel().then(load);
      if (backend !== now.backend || weights !== now.weights || !session.isLoaded) return load(session.origin);
      report(session);
      return begin(() => story.begin());
    }),
  );
  // The address may name another model, but no other server is contacted before the visitor presses the button.
  await attempt(async () => load(await firstModel()));
}

/** The model that the page begins with: the shipped one, or what the training page has handed over. */
async function firstModel(): Promise<ModelOrigin> {
  const files = readControls().handed ? await takeOver() : undefined;
  return files ? { files } : 'shipped';
}

/** Writes the settings of the address into the controls; who wants still pictures gets the whole text at once. */
function readAddress(): void {
  forgetShared();
  const isStill = prefersStill() && !new URLSearchParams(location.hash.slice(1)).has('pace');
  writeControls({ ...address.settingsFrom(location.hash), ...(isStill ? { pace: 'fast' } : {}) });
}

/** Shows a notice about everything in the address that the page cannot follow. */
function report({ origin }: Session): void {
  const { model, hub, forks, handed } = address.settingsFrom(location.hash);
  const sentences: string[] = [];
  if (handed && origin === 'shipped')
    sentences.push('The training page has handed over no model in this browser; the storyteller writes instead.');
  if (!forksFrom(forks)) sentences.push('The branches of this link cannot be read; the story is told without them.');
  const isLoaded = model === '' || (typeof origin === 'object' && 'id' in origin && origin.id === model);
  if (!isLoaded) {
    const server = /^https?:/.test(model) ? new URL(model).host : hub.replace(/^https?:\/\//, '');
    sentences.push(
      `This link asks for the model ${model}: press “Load model” in the chapter “The model” to fetch it from ` +
        `${server}. Until then the page shows another one.`,
    );
  }
  reportIgnoredSettings(address, sentences);
}
