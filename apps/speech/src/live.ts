import { type Microphone, microphone } from '@residual/audio';
import type { HeardWord } from './heard-words.js';
import { joinedSamples } from './joined-samples.js';
import { listen } from './listener.js';
import type { Session } from './session.js';
import { rate } from './sound.js';

/** New sound of this many seconds is worth another look. */
const lookEvery = 1;

/** After this many seconds of speech without a pause what was heard becomes final all the same. */
const maxSeconds = 14;

/** What a page sees while somebody speaks. */
export interface LiveListener {
  /** New samples. */
  readonly onSound: (samples: Float32Array) => void;
  /** The words so far; those after the last pause may still change. */
  readonly onWords: (words: readonly HeardWord[]) => void;
}

/**
 * Listens to the microphone until the signal is aborted, and writes down what is said while it is said: what came after
 * the last pause is read again whenever there is new sound, and becomes final at the next pause. Returns all samples
 * and words.
 */
export async function listenLive(
  session: Session,
  signal: AbortSignal,
  { onSound, onWords }: LiveListener,
): Promise<{ readonly samples: Float32Array; readonly words: readonly HeardWord[] }> {
  const device: Microphone = await microphone({ sampleRate: rate, worklet: './capture.js' });
  signal.addEventListener('abort', device.stop, { once: true });
  if (signal.aborted) device.stop();
  const parts: Float32Array[] = [];
  const final: HeardWord[] = [];
  const work = new AbortController();
  let [length, from, seen] = [0, 0, 0]; // in samples: all, the start of what may change, and the end of what was read
  let isSpoken = false; // whether something was said since `from`
  let reading: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;

  /** Reads what came after the last pause; `isPause`: what is heard becomes final. */
  const read = async (isPause: boolean): Promise<void> => {
    const samples = joinedSamples(parts, from, length);
    const [start, end] = [from, length];
    if (isPause) isSpoken = false; // what is said from now on is not part of this
    const words = await listen(session, { samples, start: start / rate, signal: work.signal }, () => {});
    seen = end;
    if (isPause) {
      final.push(...words);
      from = end;
    }
    onWords(isPause ? [...final] : [...final, ...words]);
  };
  const startReading = (isPause: boolean) => {
    reading = read(isPause)
      .catch(error => {
        failure = { error };
        device.stop();
      })
      .finally(() => {
        reading = undefined;
      });
  };

  try {
    for await (const { samples, isOpen } of device) {
      parts.push(samples);
      length += samples.length;
      onSound(samples);
      isSpoken ||= isOpen;
      if (reading) continue;
      if (!isSpoken) {
        from = Math.max(from, length - rate / 2); // of silence half a second stays, for the start of a word
        continue;
      }
      const isPause = !isOpen || length - from > maxSeconds * rate;
      if (isPause || length - seen > lookEvery * rate) startReading(isPause);
    }
    await reading;
    if (failure) throw failure.error;
    if (isSpoken && length > from) await read(true);
    return { samples: joinedSamples(parts, 0, length), words: final };
  } finally {
    device.stop();
    work.abort();
    await reading;
  }
}
