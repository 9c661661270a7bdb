import { attempt, byId, type LoadingView, on, singleRun } from '@residual/appkit';
import { set } from '../controls.js';
import { player } from '../player.js';
import { textView } from '../text-view.js';
import { speaker } from './speaker.js';
import { type SpokenTextWord, spokenWords } from './spoken-words.js';
import { openVoice, type VoiceSession } from './voice-session.js';

/** Reads back what was heard, with another voice. */
export interface EchoView {
  /** Says the text, and translates it into French. */
  readBack(): Promise<void>;
  /** Shows nothing, since something else was heard. */
  clear(): void;
}

/** Wires the part that reads back what was heard; `heard` is the text. */
export function echoView(session: VoiceSession, loading: LoadingView, heard: () => string): EchoView {
  const [back, french, status] = [byId('back'), byId('french'), byId('back-status')];
  const runs = singleRun();
  const voice = speaker(session);
  let words: readonly SpokenTextWord[] = [];
  const play = async (index: number) => {
    const word = words[index];
    if (!word || runs.isRunning) return;
    text.choose(index);
    await sounds.play(voice.samples(), word.start, word.end);
  };
  const text = textView('read-back', index => attempt(() => play(index)));
  const sounds = player(seconds => {
    text.playAt(words.findIndex(({ start, end }) => seconds !== undefined && seconds >= start && seconds < end));
    back.textContent = seconds === undefined && !runs.isRunning ? 'Read it back' : 'Stop';
  });
  const stop = async () => {
    sounds.stop();
    await runs.end();
  };
  const write = () => {
    words = spokenWords(voice.spoken.text, voice.sentences);
    text.write(words);
  };
  const clear = () => {
    voice.clear();
    write();
    [french.textContent, status.textContent] = ['', ''];
  };

  const readBack = async () => {
    const sound = sounds.begin();
    clear();
    const written = heard();
    await runs.start(async signal => {
      byId('echo-section').removeAttribute('data-state');
      [back.textContent, status.textContent] = ['Stop', 'Loading the voice'];
      try {
        await openVoice(session, loading, { signal, cancel: () => runs.end() });
        status.textContent = 'Reading back';
        for await (const { samples, sentences } of voice.speak(written, { speed: 1, pitch: 0 }, signal)) {
          sound.push(samples);
          if (sentences) write();
        }
        void sound.end();
        status.textContent = 'Translating';
        const { translation } = await (await session.translator()).translate(written, { signal }).result();
        french.textContent = translation;
        status.textContent = words.length === 0 ? 'There is nothing to read back.' : `${words.length} words read back.`;
      } catch (error) {
        sound.stop();
        status.textContent = signal.aborted ? 'Stopped' : 'Not read back';
        throw error;
      } finally {
        byId('echo-section').dataset.state = 'ready';
        if (!sounds.isPlaying) back.textContent = 'Read it back';
      }
    });
  };

  on('back', 'click', () => (runs.isRunning || sounds.isPlaying ? stop() : readBack()));
  on('edit', 'click', () => {
    set({ text: heard() });
    byId('tab-speak').click();
  });
  return { readBack, clear };
}
