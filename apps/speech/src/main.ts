import { attempt, chips, loadingView, on, onFiles, settingsFold, wireCopyLink } from '@residual/appkit';
import { readControls, set, share, writeControls } from './controls.js';
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
    on(id, 'change', () => {
      share();
      saySettings();
      return run();
    });
  on('reset', 'click', () => choose(preset.recording));
  addEventListener('hashchange', () =>
    attempt(async () => {
      const before = readControls().recording;
      writeControls(address.settingsFrom(location.hash));
      saySettings();
      if (readControls().recording === before) await run();
      else await choose(readControls().recording);
    }),
  );
  wireButtons(page);
  wireCopyLink('status');
  await run();
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
