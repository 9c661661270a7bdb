import {
  attempt,
  byId,
  chips,
  loadingView,
  on,
  onFiles,
  settingsFold,
  singleRun,
  wireCopyLink,
} from '@residual/appkit';
import { readControls, set, share, writeControls } from './controls.js';
import { type HeardWord, isUnsure } from './heard-words.js';
import { listen } from './listener.js';
import { listenLive } from './live.js';
import { modelView } from './model-view.js';
import { player } from './player.js';
import { samples } from './samples.js';
import { save } from './save.js';
import { openSession, type Session } from './session.js';
import { address, preset } from './settings.js';
import { loadSample, readFile, type Sound, secondsOf } from './sound.js';
import { textView } from './text-view.js';
import { timeline } from './timeline.js';
import { showWord } from './word-panel.js';

writeControls(address.settingsFrom(location.hash));
attempt(start);

/** Loads the model and writes down the chosen recording. */
async function start(): Promise<void> {
  const loading = loadingView();
  settingsFold('settings', () => {
    const { backend, weights } = readControls();
    return [backend, weights].filter(value => value !== 'auto').join(', ');
  })();
  const session = await openSession(loading.download);
  const page = speechPage(session);
  const run = modelView(session, loading, page);
  const mark = chips(
    'samples',
    samples.map(({ id, label }) => [label, id] as const),
    id => attempt(() => page.choose(id)),
  );
  page.onChoice(id => mark(id ?? ''));
  for (const id of ['backend', 'weights'])
    on(id, 'change', () => {
      share();
      return run();
    });
  on('reset', 'click', async () => {
    const { backend, weights } = readControls();
    set({ ...preset, backend, weights });
    await page.choose(preset.recording);
  });
  addEventListener('hashchange', () =>
    attempt(async () => {
      const before = readControls().recording;
      writeControls(address.settingsFrom(location.hash));
      if (readControls().recording !== before) await page.choose(readControls().recording);
      else await run();
    }),
  );
  wireCopyLink('status');
  await run();
}

/** The recording of the page, and what was heard in it. */
interface SpeechPage {
  /** Shows a recording that comes with the page, and writes it down. */
  choose(id: string): Promise<void>;
  /** `mark` is called with the recording that is shown; undefined for one of the visitor. */
  onChoice(mark: (id: string | undefined) => void): void;
  /** Ends what is running. */
  end(): Promise<void>;
  /** Writes down the recording that is shown, or loads it first. */
  run(): Promise<void>;
}

function speechPage(session: Session): SpeechPage {
  const [main, status, speed] = [byId('main'), byId('status'), byId('speed')];
  const [speak, play, stop] = ['speak', 'play', 'stop'].map(id => byId<HTMLButtonElement>(id)) as [
    HTMLButtonElement,
    HTMLButtonElement,
    HTMLButtonElement,
  ];
  const runs = singleRun();
  let sound: Sound | undefined;
  let words: readonly HeardWord[] = [];
  let mark = (_: string | undefined) => {};
  let endSpeech: AbortController | undefined; // while the microphone is on

  const line = timeline(index => attempt(() => pick(index)));
  const text = textView(index => attempt(() => pick(index)));
  const sounds = player(seconds => {
    line.playAt(seconds);
    play.textContent = seconds === undefined ? 'Play' : 'Pause';
    if (seconds === undefined) return;
    const at = words.findIndex(({ start, end }) => seconds >= start && seconds < end);
    for (const [i, element] of byId('heard').querySelectorAll('[role=option]').entries())
      element.classList.toggle('played', i === at);
  });

  /** Chooses a word and plays it. */
  const pick = async (index: number) => {
    const word = words[index];
    if (!word) return;
    line.choose(index);
    text.choose(index);
    const shown = showWord(word, session.textsOf);
    if (sound) await sounds.play(sound.samples, Math.max(0, word.start - 0.05), word.end + 0.05);
    await shown;
  };

  const write = (next: readonly HeardWord[], rest: string) => {
    if (next !== words) {
      words = next;
      line.write(words);
    }
    text.write(words, rest);
    byId('empty').hidden = words.length > 0 || rest !== '';
    for (const id of ['srt', 'vtt', 'txt']) byId<HTMLButtonElement>(id).disabled = words.length === 0;
  };

  const clear = () => {
    sounds.stop();
    line.clear();
    write([], '');
    showWord(undefined, session.textsOf);
    speed.textContent = '';
  };

  /** One action at a time; the page is ready when it has ended. */
  const follow = (sentence: string, act: (signal: AbortSignal) => Promise<string>) =>
    runs.start(async signal => {
      main.removeAttribute('data-state');
      [status.textContent, stop.disabled] = [sentence, false];
      let isReplaced = false;
      try {
        status.textContent = await act(signal);
      } catch (error) {
        isReplaced = !signal.aborted && (error as Error).name === 'AbortError';
        status.textContent = signal.aborted || isReplaced ? 'Stopped' : 'Not written down';
        throw error;
      } finally {
        stop.disabled = true;
        if (!isReplaced) main.dataset.state = 'ready';
      }
    });

  /** Writes down the recording. */
  const transcribe = async () => {
    const { samples: all } = sound!;
    if (!session.isLoaded) return;
    write([], '');
    await follow('Listening', async signal => {
      const begun = performance.now();
      const heard = await listen(session, { samples: all, start: 0, signal }, ({ words: found, rest, done, total }) => {
        write([...found], rest);
        if (total > 30) status.textContent = `Listening: ${Math.round(done)} of ${Math.round(total)} s`;
      });
      const seconds = (performance.now() - begun) / 1000;
      speed.textContent = `${secondsOf(sound!).toFixed(1)} s of sound, heard in ${seconds.toFixed(1)} s`;
      write(heard, '');
      return sentenceOf(heard);
    });
  };

  const show = async (next: Sound, id: string | undefined) => {
    await runs.end();
    clear();
    sound = next;
    mark(id);
    byId('shows').textContent =
      samples.find(sample => sample.id === id)?.shows ?? 'Click a word to hear it, and to see what else it could be.';
    line.push(sound.samples, true);
    play.disabled = sound.samples.length === 0;
    await transcribe();
  };

  const choose = async (id: string) => {
    set({ recording: id });
    await show(await loadSample(id), id);
  };

  /** Listens to the microphone until it is turned off. */
  const listenToMicrophone = async () => {
    if (!session.isLoaded) return;
    const ending = new AbortController();
    endSpeech = ending;
    await runs.end();
    clear();
    [sound, play.disabled] = [undefined, true];
    mark(undefined);
    byId('shows').textContent = 'Speak. A pause makes the words before it final.';
    speak.setAttribute('aria-pressed', 'true');
    speak.textContent = 'Stop speaking';
    try {
      await follow('Listening to the microphone', async signal => {
        signal.addEventListener('abort', () => ending.abort(), { once: true });
        const heard = await listenLive(session, ending.signal, {
          onSound: samples => {
            line.push(samples, false);
            line.follow();
          },
          onWords: found => write(found, ''),
        });
        sound = { name: 'my voice', samples: heard.samples };
        play.disabled = heard.samples.length === 0;
        write(heard.words, '');
        return sentenceOf(heard.words);
      });
    } finally {
      endSpeech = undefined;
      speak.setAttribute('aria-pressed', 'false');
      speak.textContent = 'Speak';
    }
  };

  on('speak', 'click', async () => {
    if (endSpeech) endSpeech.abort();
    else await listenToMicrophone();
  });
  on('play', 'click', async () => {
    if (sounds.isPlaying) sounds.stop();
    else if (sound) await sounds.play(sound.samples, 0, secondsOf(sound));
  });
  on('stop', 'click', runs.end);
  onFiles('files', async ([file]) => {
    if (file) await show(await readFile(file), undefined);
  });
  for (const format of ['srt', 'vtt', 'txt'] as const)
    on(format, 'click', () => save(sound?.name ?? 'my voice', words, format));

  return {
    choose,
    onChoice: act => {
      mark = act;
    },
    end: runs.end,
    run: async () => {
      if (sound) await transcribe();
      else await choose(readControls().recording);
    },
  };
}

/** What was heard, and how sure the model is, as a sentence. */
function sentenceOf(words: readonly HeardWord[]): string {
  if (words.length === 0) return 'Nothing was said.';
  const unsure = words.filter(isUnsure);
  if (unsure.length === 0) return `${words.length} words, none of them doubtful.`;
  const named = unsure.slice(0, 3).map(({ text }) => `“${text.trim().replace(/[,.;:!?]+$/, '')}”`);
  const more = unsure.length > 3 ? ` and ${unsure.length - 3} more` : '';
  return `${words.length} words; the model was unsure of ${new Intl.ListFormat('en').format(named)}${more}.`;
}
