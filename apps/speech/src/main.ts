import {
  attempt,
  chips,
  isSlowLine,
  loadingView,
  megabytes,
  on,
  onFiles,
  settingsFold,
  shippedSpeech,
  speechBytes,
  wireCopyLink,
} from '@residual/appkit';
import { readControls, set, share, writeControls } from './controls.js';
import { keywordView } from './keyword-view.js';
import { modelView } from './model-view.js';
import { samples } from './samples.js';
import { save } from './save.js';
import { openSession } from './session.js';
import { address, preset } from './settings.js';
import { loadSample, readFile } from './sound.js';
import { type SpeechPage, speechPage } from './speech-page.js';

writeControls(address.settingsFrom(location.hash));
const saySettings = settingsFold('settings', () => {
  const { backend, weights } = readControls();
  return [backend, weights].filter(value => value !== 'auto').join(', ');
});
saySettings();
attempt(start);

/** Loads the model and writes down the chosen recording. */
async function start(): Promise<void> {
  const loading = loadingView();
  const session = await openSession(loading.download);
  const page = speechPage(session, id => mark(id));
  const keywords = keywordView();
  const choose = async (id: string) => {
    set({ recording: id });
    await page.show(await loadSample(id), id);
  };
  const mark = chips(
    'samples',
    samples.map(({ id, label }) => [label, id] as const),
    id => attempt(() => choose(id)),
  );
  const run = modelView(session, loading, {
    end: page.end,
    run: () => (page.sound ? page.transcribe() : choose(readControls().recording)),
  });
  for (const id of ['backend', 'weights'])
    on(id, 'change', async () => {
      share();
      saySettings();
      await run();
      await keywords.move();
    });
  on('reset', 'click', () => choose(preset.recording));
  addEventListener('hashchange', () =>
    attempt(async () => {
      const before = readControls().recording;
      writeControls(address.settingsFrom(location.hash));
      saySettings();
      if (readControls().recording === before) await run();
      else await choose(readControls().recording);
      await keywords.move();
    }),
  );
  wireButtons(page);
  wireCopyLink('status');
  if (await mayLoad()) return run();
  await choose(readControls().recording); // the sound is shown; it is heard once the model is there
  loading.ask(offer, `Load the model, ${megabytes(speechBytes)} MB`, () => attempt(run));
}

/** What is said before the model is loaded. */
const offer =
  `To hear, the page needs a speech model of ${megabytes(speechBytes)} MB; it takes about 150 MB of memory. The ` +
  'browser keeps it for the next visit, and no sound leaves this machine.';

/** Whether the model may be loaded without asking: it is kept already, or the line is not slow. */
async function mayLoad(): Promise<boolean> {
  if (!isSlowLine()) return true;
  const address = new URL(shippedSpeech('whisper-tiny-en')['tokenizer.json']!);
  return (await globalThis.caches?.match(address, { ignoreSearch: true })) !== undefined;
}

/** Wires the buttons and the visitor's own files. */
function wireButtons(page: SpeechPage): void {
  on('speak', 'click', page.speak);
  on('stop', 'click', page.end);
  onFiles('files', async ([file]) => {
    if (file) await page.show(await readFile(file));
  });
  for (const format of ['srt', 'vtt', 'txt'] as const)
    on(format, 'click', () => save(page.sound?.name ?? 'my voice', page.words, format));
}
