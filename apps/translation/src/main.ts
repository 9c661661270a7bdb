import { attempt, debounce, loadingView, on, wireCopyLink } from '@residual/appkit';
import { defineElements } from '@residual/elements';
import { beamsView } from './beams-view.js';
import { readControls, share, writeControls } from './controls.js';
import { crossView } from './cross-view.js';
import { encoderView } from './encoder-view.js';
import { modelView, offerHeads, reportIgnored } from './model-view.js';
import { openSession } from './session.js';
import { address, examples, preset, type Settings } from './settings.js';
import { type TranslationView, translationView } from './translation-view.js';

/** Milliseconds without a key press before the text is translated. */
const typingDelay = 350;

defineElements();
offerHeads(4, 4);
writeControls(address.settingsFrom(location.hash));
document.addEventListener('input', share); // also before the model is loaded
attempt(start);

/** Loads the model and translates the text. */
async function start(): Promise<void> {
  const loading = loadingView();
  const session = await openSession(loading.download);
  const again = () => view.run();
  const view = translationView(session, [crossView(session, again), encoderView(session), beamsView()]);
  const translate = modelView(session, loading, view);
  writeControls(address.settingsFrom(location.hash));
  wireControls(view);
  on('backend', 'change', translate);
  addEventListener('hashchange', () =>
    attempt(() => {
      writeControls(address.settingsFrom(location.hash));
      if (session.isLoaded) reportIgnored(session);
      return translate();
    }),
  );
  await translate();
}

/** Wires the text, the decoding settings and the buttons. */
function wireControls({ run, end }: TranslationView): void {
  const change = (settings: Partial<Settings>) => {
    writeControls(settings);
    share();
    return run();
  };
  on(
    'text',
    'input',
    debounce(() => attempt(run), typingDelay),
  );
  for (const id of ['mode', 'beams', 'lengthPenalty']) on(id, 'change', () => change({}));
  on('controls', 'submit', run);
  on('stop', 'click', end);
  on('another', 'click', () => {
    const next = (examples.indexOf(readControls().text) + 1) % examples.length;
    return change({ text: examples[next]! });
  });
  on('reset', 'click', () => change({ ...preset, backend: readControls().backend }));
  wireCopyLink('status');
}
