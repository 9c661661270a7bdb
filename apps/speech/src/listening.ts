import {
  attempt,
  byId,
  chips,
  isSlowLine,
  type LoadingView,
  loadingView,
  megabytes,
  on,
  shippedSpeech,
  speechBytes,
} from '@residual/appkit';
import { readControls, set, share } from './controls.js';
import { keywordView } from './keyword-view.js';
import { modelView } from './model-view.js';
import { samples } from './samples.js';
import { save } from './save.js';
import { openSession } from './session.js';
import { preset } from './settings.js';
import { loadSample } from './sound.js';
import { type SpeechPage, speechPage } from './speech-page.js';
import { echoView } from './voice/echo-view.js';
import type { VoiceSession } from './voice/voice-session.js';

/** What the half that listens shares with the rest of the page. */
export interface ListeningOptions {
  readonly voice: VoiceSession;
  readonly voiceLoading: LoadingView;
  /** Says what is set in the summary of the settings. */
  readonly saySettings: () => void;
}

/** Opens the half that listens: loads its model and writes down the chosen recording. */
export async function openListening({ voice, voiceLoading, saySettings }: ListeningOptions): Promise<SpeechPage> {
  const loading = loadingView();
  const session = await openSession(loading.download);
  const page = speechPage(session, {
    mark: id => mark(id),
    onWords: hasWords => {
      for (const id of ['back', 'edit']) byId<HTMLButtonElement>(id).disabled = !hasWords;
      if (!hasWords) echo.clear();
    },
  });
  const echo = echoView(voice, voiceLoading, () =>
    page.words
      .map(({ text }) => text)
      .join('')
      .trim(),
  );
  const keywords = keywordView();
  let chosen = '';
  const choose = async (id: string) => {
    chosen = id;
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
      await run();
      await keywords.move();
    });
  on('echo', 'change', share);
  on('reset', 'click', () => choose(preset.recording));
  addEventListener('hashchange', () =>
    attempt(async () => {
      const { part, recording } = readControls();
      saySettings();
      if (part !== 'listen') return;
      if (recording === chosen) await run();
      else await choose(recording);
      await keywords.move();
    }),
  );
  wireButtons(page, echo);
  if (await mayLoad()) await run();
  else {
    await choose(readControls().recording); // the sound is shown; it is heard once the model is there
    loading.ask(offer, `Load the model, ${megabytes(speechBytes)} MB`, () => attempt(run));
  }
  return page;
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

/** Wires the buttons. */
function wireButtons(page: SpeechPage, echo: ReturnType<typeof echoView>): void {
  on('speak', 'click', async () => {
    const hasListened = await page.speak();
    if (hasListened && page.words.length > 0 && readControls().echo) await echo.readBack();
  });
  on('stop', 'click', page.end);
  for (const format of ['srt', 'vtt', 'txt'] as const)
    on(format, 'click', () => save(page.sound?.name ?? 'my voice', page.words, format));
}
