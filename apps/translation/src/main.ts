import { attempt, debounce, loadingView, on, settingsFold, wireCopyLink, wireTabs } from '@residual/appkit';
import { defineAttention, defineBeams, defineHeads, defineRibbons } from '@residual/elements';
import { type BeamsView, beamsView } from './beams-view.js';
import { readControls, set, share, writeControls } from './controls.js';
import { crossView } from './cross-view.js';
import { examplesView } from './examples-view.js';
import { formsView } from './forms-view.js';
import { modelView, offerHeads, reportIgnored } from './model-view.js';
import { ribbonsPreview, ribbonsView } from './ribbons-view.js';
import { selfView } from './self-view.js';
import type { Sentence } from './sentence.js';
import { openSession } from './session.js';
import { address, type Chapter, chapters, preset, type Settings } from './settings.js';
import { settingsInWords } from './settings-in-words.js';
import { type TranslationView, translationView } from './translation-view.js';
import { wordPanel } from './word-panel.js';

/** Milliseconds without a key press before the text is translated. */
const typingDelay = 350;

for (const define of [defineRibbons, defineAttention, defineHeads, defineBeams]) define();
offerHeads(4, 4);
writeControls(address.settingsFrom(location.hash));
document.addEventListener('input', share); // also before the model is loaded
ribbonsPreview(readControls().text);
const saySettings = settingsFold('settings', () => settingsInWords(readControls()));
attempt(start);

/** Loads the model and translates the text. */
async function start(): Promise<void> {
  const loading = loadingView();
  const session = await openSession(loading.download);
  let sentence: Sentence | undefined;
  const ribbons = ribbonsView(session, index => panel.show(sentence, index));
  const panel = wordPanel(session);
  const again = () => view.run();
  const cross = crossView(session, { onChoice: ribbons.draw, again });
  const beams = beamsView();
  const first = {
    show: (shown: Sentence | undefined) => {
      if (shown !== sentence || !shown) panel.show(shown);
      sentence = shown;
    },
  };
  const selves = (['encoder', 'decoder'] as const).map(stack => selfView(stack, session));
  const choose = (text: string) => {
    set({ text });
    return view.run();
  };
  const markExample = examplesView(choose);
  const reflect = () => {
    saySettings();
    markExample();
  };
  const view = translationView(session, [ribbons, first, cross, ...selves, beams], reflect);
  const translate = modelView(session, loading, view);
  wireControls(view, ribbons.grow);
  for (const id of ['backend', 'weights']) on(id, 'change', translate);
  formsView(session);
  addEventListener('hashchange', () =>
    attempt(() => {
      writeControls(address.settingsFrom(location.hash));
      if (session.isLoaded) reportIgnored(session);
      return translate();
    }),
  );
  wireChapters(beams); // after the settings, which a new address has changed by then
  await translate();
}

/** Wires the chapters; the tree of beams grows when one opens its chapter. */
function wireChapters(beams: BeamsView): void {
  const choose = (name: string) => {
    set({ chapter: name as Chapter });
    if (name === 'beams') attempt(beams.grow);
  };
  wireTabs(chapters, choose, () => readControls().chapter);
}

/** Wires the text, the settings and the buttons; `grow` writes the translation again. */
function wireControls({ run, end }: TranslationView, grow: () => void): void {
  const change = (settings: Partial<Settings>) => {
    set(settings);
    return run();
  };
  on(
    'text',
    'input',
    debounce(() => attempt(run), typingDelay),
  );
  for (const id of ['mode', 'beams', 'lengthPenalty']) on(id, 'change', () => change({}));
  on('controls', 'submit', async () => {
    await run();
    grow();
  });
  on('stop', 'click', end);
  on('reset', 'click', () => {
    const { chapter, backend, weights } = readControls();
    return change({ ...preset, chapter, backend, weights });
  });
  wireCopyLink('status');
}
