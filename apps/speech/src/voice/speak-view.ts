import { attempt, byId, debounce, type LoadingView, on, saveFile, singleRun } from '@residual/appkit';
import { writeWav } from '@residual/audio';
import { spokenText } from '@residual/pronunciation';
import { readControls } from '../controls.js';
import { save } from '../save.js';
import { rate } from '../sound.js';
import type { PhoneChange } from './phone-lane.js';
import type { ScorePhone } from './phones.js';
import { chosenManner, speakControls } from './speak-controls.js';
import { type Speaker, speaker } from './speaker.js';
import { type SpokenView, spokenView } from './spoken-view.js';
import { withDuration, withPitch } from './utterance.js';
import { openVoice, type VoiceSession } from './voice-session.js';

/** Milliseconds without another change of a phone before its sentence is said anew. */
const changeDelay = 350;

/** Wires the half of the page that turns a text into a voice. */
export function speakView(session: VoiceSession, loading: LoadingView): { stop(): Promise<void> } {
  const [panel, status, stop] = [byId('panel-speak'), byId('spoken-status'), byId<HTMLButtonElement>('stop-saying')];
  const runs = singleRun();
  const voice = speaker(session);
  const changed = new Set<number>(); // sentences that are not spoken with their changes yet
  const view = spokenView(session, voice, {
    isBusy: () => runs.isRunning,
    onSound: isPlaying => {
      stop.disabled = !isPlaying && !runs.isRunning;
    },
    onChange: (phone, change) => alter(phone, change),
  });
  const { sounds, score } = view;
  const showSaving = savingView(voice, view);

  /** Shows a sentence in the status while something runs, and what came of it at the end. */
  const follow = (sentence: string, act: (signal: AbortSignal) => Promise<string>) =>
    runs.start(async signal => {
      panel.removeAttribute('data-state');
      [status.textContent, stop.disabled] = [sentence, false];
      try {
        status.textContent = await act(signal);
      } catch (error) {
        status.textContent = signal.aborted ? 'Stopped' : 'Not said';
        throw error;
      } finally {
        panel.dataset.state = 'ready';
        stop.disabled = !sounds.isPlaying;
        showSaving();
      }
    });

  /** Speaks what is in the text box; the sound begins in the click. */
  const say = async () => {
    const sound = sounds.begin();
    const { text } = readControls();
    sayChanged.cancel();
    await follow('Loading the voice', async signal => {
      await openVoice(session, loading, { signal, cancel: () => runs.end() });
      status.textContent = 'Speaking';
      view.clear();
      showSkipped([]);
      changed.clear(); // all sentences are spoken with their changes
      const begun = performance.now();
      let first: number | undefined;
      for await (const { samples, sentences } of voice.speak(text, chosenManner(), signal)) {
        first ??= performance.now() - begun;
        sound.push(samples);
        score.push(samples, false);
        if (sentences) view.write(sentences);
      }
      score.push(new Float32Array(), true);
      view.write();
      void sound.end();
      showSkipped(spokenText(text).skipped.map(({ text }) => text));
      return sentenceOf(view.words.length, voice.samples().length / rate, first ?? 0);
    }).catch(error => {
      sound.stop();
      throw error;
    });
  };

  /** Keeps the change of a phone, and says its sentence anew once no other change comes. */
  const alter = ({ sentence, token }: ScorePhone, change: PhoneChange) => {
    let { changes } = voice.spoken.utterances[sentence]!;
    if ('seconds' in change) changes = withDuration(changes, token, change.seconds, chosenManner());
    if ('pitch' in change) changes = withPitch(changes, token, change.pitch, chosenManner());
    voice.change(sentence, changes);
    changed.add(sentence);
    sayChanged();
  };
  const sayChanged = debounce(() => attempt(anew), changeDelay);
  const anew = async () => {
    if (!voice.spoken.isWhole) return;
    await follow('Saying it anew', async signal => {
      const sentences = [...changed];
      for (const sentence of sentences) {
        await voice.again(sentence, chosenManner(), signal);
        changed.delete(sentence);
      }
      void score.show(voice.samples());
      view.write();
      const { start, end } = voice.sentences[sentences[0]!]!;
      void sounds.play(voice.samples(), start, end);
      return 'The sentence as you have changed it. Delete gives a sound back to the voice.';
    });
  };

  const end = async () => {
    sounds.stop();
    await runs.end();
  };
  speakControls({ say, again: async () => (voice.spoken.isWhole ? say() : undefined) });
  on('stop-saying', 'click', end);
  return { stop: end };
}

/** Wires the buttons that save the speech; returns the function that enables them once there is something to save. */
function savingView(voice: Speaker, view: SpokenView): () => void {
  on('wav', 'click', () => {
    const bytes = writeWav({ sampleRate: rate, channels: [voice.samples()] });
    saveFile('speech.wav', new Blob([bytes], { type: 'audio/wav' }));
  });
  for (const format of ['srt', 'vtt'] as const) on(`said-${format}`, 'click', () => save('speech', view.words, format));
  return () => {
    for (const id of ['wav', 'said-srt', 'said-vtt'])
      byId<HTMLButtonElement>(id).disabled = !voice.spoken.isWhole || view.words.length === 0;
  };
}

/** Names what the voice does not say. */
function showSkipped(skipped: readonly string[]): void {
  const element = byId('skipped');
  element.hidden = skipped.length === 0;
  const names = new Intl.ListFormat('en').format([...new Set(skipped)].map(each => `“${each}”`));
  element.textContent = `Not said, since the voice has no sounds for it: ${names}.`;
}

/** What was said, as a sentence. */
function sentenceOf(words: number, seconds: number, first: number): string {
  if (words === 0) return 'There is nothing to say in this text.';
  return `${words} words in ${seconds.toFixed(1)} s of sound, which began after ${(first / 1000).toFixed(2)} s.`;
}
