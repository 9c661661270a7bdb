import { attempt, byId } from '@residual/appkit';
import type { HeardWord } from './heard-words.js';
import { player } from './player.js';
import type { Session } from './session.js';
import { type Sound, secondsOf } from './sound.js';
import { textView } from './text-view.js';
import { timeline } from './timeline.js';
import { showWord } from './word-panel.js';

/** Seconds before and after a word that are played with it. */
const margin = 0.05;

/** A sound and what was heard in it: the picture, the words below it, the text, and the chosen word. */
export interface HeardView {
  readonly words: readonly HeardWord[];
  /** The sound, once it is whole. */
  readonly sound: Sound | undefined;
  /** Shows no sound and no words. */
  clear(): void;
  /** Shows a whole sound. */
  show(sound: Sound): void;
  /** Adds sound that arrives bit by bit, and scrolls to it. */
  addSound(samples: Float32Array): void;
  /** Says that the sound is whole, which was added bit by bit, shows its words, and scrolls to the last. */
  complete(sound: Sound, words: readonly HeardWord[]): void;
  /** Shows words, and after them text whose words have no times yet. */
  write(words: readonly HeardWord[], rest: string): void;
}

/** Wires the views; `onWords` is called when there are other words, or none. */
export function heardView(session: Session, onWords: (hasWords: boolean) => void): HeardView {
  const play = byId<HTMLButtonElement>('play');
  let sound: Sound | undefined;
  let words: readonly HeardWord[] = [];
  const choose = (index: number) => attempt(() => pick(index));
  const [line, text] = [timeline(choose), textView('heard', choose)];
  const sounds = player(seconds => {
    line.playAt(seconds);
    play.textContent = seconds === undefined ? 'Play' : 'Pause';
    text.playAt(words.findIndex(({ start, end }) => seconds !== undefined && seconds >= start && seconds < end));
  });

  /** Chooses a word and plays it. */
  const pick = async (index: number) => {
    const word = words[index];
    if (!word) return;
    line.choose(index);
    text.choose(index);
    const shown = showWord(word, session.textsOf);
    if (sound) await sounds.play(sound.samples, Math.max(0, word.start - margin), word.end + margin);
    await shown;
  };

  const write = (next: readonly HeardWord[], rest: string) => {
    byId('coming').textContent = rest; // text whose words have no times yet
    if (next !== words) {
      words = next;
      line.write(words);
      text.write(words);
      onWords(words.length > 0);
    }
    byId('empty').hidden = words.length > 0 || rest !== '';
    for (const id of ['srt', 'vtt', 'txt']) byId<HTMLButtonElement>(id).disabled = words.length === 0;
  };

  const complete = (next: Sound | undefined) => {
    sound = next;
    play.disabled = !sound || sound.samples.length === 0;
  };

  play.addEventListener('click', () => {
    if (sounds.isPlaying) sounds.stop();
    else if (sound) attempt(() => sounds.play(sound!.samples, 0, secondsOf(sound!)));
  });

  const clear = () => {
    sounds.stop();
    line.clear();
    write([], '');
    complete(undefined);
    showWord(undefined, session.textsOf);
  };

  return {
    get words() {
      return words;
    },
    get sound() {
      return sound;
    },
    clear,
    show: next => {
      clear();
      line.push(next.samples, true);
      complete(next);
    },
    addSound: samples => {
      line.push(samples, false);
      line.follow();
    },
    complete: (whole, said) => {
      complete(whole);
      write(said, '');
      line.followWords();
    },
    write,
  };
}
