import { attempt, byId } from '@residual/appkit';
import { type Player, player } from '../player.js';
import { textView } from '../text-view.js';
import { lettersView } from './letters-view.js';
import type { PhoneChange } from './phone-lane.js';
import type { ScorePhone } from './phones.js';
import { type ScoreView, scoreView } from './score-view.js';
import type { Speaker } from './speaker.js';
import { type SpokenTextWord, spokenWords } from './spoken-words.js';
import type { VoiceSession } from './voice-session.js';

/** Seconds before and after a word that are played with it. */
const margin = 0.03;

/** What is spoken: its words, its score, the chosen word, and the sound. */
export interface SpokenView {
  readonly words: readonly SpokenTextWord[];
  readonly sounds: Player;
  readonly score: Pick<ScoreView, 'push' | 'show'>;
  /** Shows nothing. */
  clear(): void;
  /** Shows sentences; those of the speaker if absent. */
  write(sentences?: Speaker['sentences']): void;
}

/** What happens in the view. */
export interface SpokenViewEvents {
  /** Whether something is computed, so that words are not played. */
  readonly isBusy: () => boolean;
  /** A sound begins, or all are silent. */
  readonly onSound: (isPlaying: boolean) => void;
  /** A phone was made longer, shorter, higher or lower. */
  readonly onChange: (phone: ScorePhone, change: PhoneChange) => void;
}

/** Wires the view of what a speaker has said. */
export function spokenView(
  session: Pick<VoiceSession, 'letters'>,
  voice: Speaker,
  { isBusy, onSound, onChange }: SpokenViewEvents,
): SpokenView {
  const letters = lettersView(session);
  let words: readonly SpokenTextWord[] = [];
  const choose = (index: number) => attempt(() => pick(index));
  const text = textView('said', choose);
  const score = scoreView({
    onPhone: ({ word }) => word !== undefined && choose(word),
    onChange,
    wordAt: index => words[index]?.said ?? '',
  });
  const sounds = player(seconds => {
    score.playAt(seconds);
    text.playAt(words.findIndex(({ start, end }) => seconds !== undefined && seconds >= start && seconds < end));
    if (seconds === undefined) onSound(false);
  });

  /** Chooses a word and plays it. */
  const pick = async (index: number) => {
    const word = words[index];
    if (!word || isBusy()) return;
    text.choose(index);
    score.choose(index);
    const phones = word.tokens.map(token => voice.sentences[word.sentence]!.tokens[token]!.token);
    const shown = letters.show({ said: word.said, phones });
    onSound(true);
    await sounds.play(voice.samples(), Math.max(0, word.start - margin), word.end + margin);
    await shown;
  };

  return {
    get words() {
      return words;
    },
    sounds,
    score,
    clear: () => {
      score.clear();
      text.write([]);
      words = [];
      void letters.show(undefined);
    },
    write: (sentences = voice.sentences) => {
      const before = words.length;
      words = spokenWords(voice.spoken.text, sentences);
      if (words.length !== before) text.write(words);
      score.write(sentences);
      byId('unsaid').hidden = words.length > 0;
    },
  };
}
