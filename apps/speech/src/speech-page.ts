import { byId, isUnsure, singleRun } from '@residual/appkit';
import { heardView } from './heard-view.js';
import type { HeardWord } from './heard-words.js';
import { listen } from './listener.js';
import { listenLive } from './live.js';
import { samples } from './samples.js';
import type { Session } from './session.js';
import { type Sound, secondsOf } from './sound.js';

/** Windows of this many seconds are heard at once; a longer recording says how far it is. */
const windowSeconds = 30;

/** The recording of the page, and what was heard in it. */
export interface SpeechPage {
  readonly words: readonly HeardWord[];
  readonly sound: Sound | undefined;
  /** Shows a recording and writes it down; `id` is that of one that comes with the page. */
  show(sound: Sound, id?: string): Promise<void>;
  /** Writes down the recording that is shown. */
  transcribe(): Promise<void>;
  /**
   * Turns the microphone on and writes what it hears until it is called again, which turns it off. Whether this call
   * has listened.
   */
  speak(): Promise<boolean>;
  /** Ends what is running. */
  end(): Promise<void>;
}

/** What happens in the page. */
export interface SpeechPageEvents {
  /** A recording that comes with the page is shown, or another one: ''. */
  readonly mark: (id: string) => void;
  /** Other words are shown, or none. */
  readonly onWords: (hasWords: boolean) => void;
}

/** Wires the page. */
export function speechPage(session: Session, { mark, onWords }: SpeechPageEvents): SpeechPage {
  const [speak, took, shows] = [byId('speak'), byId('took'), byId('shows')];
  const view = heardView(session, onWords);
  const runs = singleRun();
  const follow = actions(runs.start);
  let endSpeech: AbortController | undefined; // while the microphone is on

  const transcribe = async () => {
    const { sound } = view;
    if (!session.isLoaded || !sound) return;
    view.write([], '');
    await follow('Listening', async signal => {
      const begun = performance.now();
      const words = await listen(session, { samples: sound.samples, start: 0, signal }, heard => {
        view.write(heard.words, heard.rest);
        if (heard.total > windowSeconds)
          byId('status').textContent = `Listening: ${Math.round(heard.done)} of ${Math.round(heard.total)} s`;
      });
      const seconds = (performance.now() - begun) / 1000;
      took.textContent = `${secondsOf(sound).toFixed(1)} s of sound, heard in ${seconds.toFixed(1)} s`;
      view.write(words, '');
      return sentenceOf(words);
    });
  };

  const listenToMicrophone = async () => {
    const ending = new AbortController();
    endSpeech = ending;
    await runs.end();
    view.clear();
    mark('');
    [took.textContent, shows.textContent] = ['', 'Speak. A pause makes the words before it final.'];
    [speak.ariaPressed, speak.textContent] = ['true', 'Stop speaking'];
    try {
      await follow('Listening to the microphone', async signal => {
        signal.addEventListener('abort', () => ending.abort(), { once: true });
        const heard = await listenLive(session, ending.signal, {
          onSound: view.addSound,
          onWords: words => view.write(words, ''),
        });
        view.complete({ name: 'my voice', samples: heard.samples }, heard.words);
        return sentenceOf(heard.words);
      });
    } finally {
      endSpeech = undefined;
      [speak.ariaPressed, speak.textContent] = ['false', 'Speak'];
    }
  };

  return {
    get words() {
      return view.words;
    },
    get sound() {
      return view.sound;
    },
    show: async (sound, id = '') => {
      await runs.end();
      view.show(sound);
      mark(id);
      took.textContent = '';
      shows.textContent =
        samples.find(sample => sample.id === id)?.shows ?? 'Click a word to hear it, and to see what else it could be.';
      await transcribe();
    },
    transcribe,
    speak: async () => {
      endSpeech?.abort();
      if (endSpeech || !session.isLoaded) return false;
      await listenToMicrophone();
      return true;
    },
    end: runs.end,
  };
}

/** One action at a time, with its sentence in the status; the page is ready when it has ended. */
function actions(start: ReturnType<typeof singleRun>['start']) {
  const [main, status, stop] = [byId('main'), byId('status'), byId<HTMLButtonElement>('stop')];
  return (sentence: string, act: (signal: AbortSignal) => Promise<string>): Promise<void> =>
    start(async signal => {
      main.removeAttribute('data-state');
      [status.textContent, stop.disabled] = [sentence, false];
      let isReplaced = false;
      try {
        status.textContent = await act(signal);
      } catch (error) {
        // the model was loaded on another backend, which listens again
        isReplaced = !signal.aborted && (error as Error).name === 'AbortError';
        status.textContent = signal.aborted || isReplaced ? 'Stopped' : 'Not written down';
        throw error;
      } finally {
        stop.disabled = true;
        if (!isReplaced) main.dataset.state = 'ready';
      }
    });
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
