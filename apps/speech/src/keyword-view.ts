import { attempt, byId, chips, loadOnce, on, percent, singleRun } from '@residual/appkit';
import { microphone, type SpottedWindow } from '@residual/audio';
import { readControls } from './controls.js';
import { type KeywordLanes, keywordLanes } from './keyword-lanes.js';
import { type KeywordSession, openKeywords } from './keyword-session.js';
import { player } from './player.js';
import { loadWord, rate } from './sound.js';

/** The words that can be played. */
const words = ['yes', 'no', 'up', 'down', 'left', 'right', 'on', 'off', 'stop', 'go'];

/** Silence after a word, in seconds, so that the windows in whose middle it is are heard too. */
const tail = 0.8;

/** The part of the page that spots ten words. */
export interface KeywordView {
  /** Moves the model to the chosen backend, if it is loaded. */
  move(): Promise<void>;
}

/** Wires the part of the page that spots words. It loads the model when a word is played or the microphone opened. */
export function keywordView(): KeywordView {
  const [spot, spotted] = [byId('spot'), byId('spotted')];
  const runs = singleRun();
  const sound = player(() => {});
  const lanes = keywordLanes(words);
  let open: KeywordSession | undefined;
  let ending: AbortController | undefined; // while the microphone is on
  const session = loadOnce(async () => {
    spotted.textContent = 'Loading the small model';
    open = await openKeywords(readControls().backend);
    return open;
  });
  const mark = chips(
    'words',
    words.map(word => [word, word] as const),
    word => attempt(() => play(word)),
  );

  const play = async (word: string) => {
    await end();
    mark(word);
    await runs.start(async () => {
      const [samples, { start }] = [await loadWord(word), await session()];
      lanes.clear();
      void attempt(() => sound.play(samples, 0, samples.length / rate));
      const whole = new Float32Array(samples.length + tail * rate);
      whole.set(samples);
      const windows = await start('recording').push(whole);
      lanes.push(windows);
      spotted.textContent = sentenceOf(windows) ?? `“${word}” was played, and no word was spotted.`;
    });
  };

  const listen = async () => {
    const own = new AbortController();
    ending = own;
    await runs.end();
    mark('');
    [spot.ariaPressed, spot.textContent] = ['true', 'Stop listening'];
    try {
      await runs.start(async signal => {
        const { start } = await session();
        lanes.clear();
        spotted.textContent = 'Say one of the ten words.';
        signal.addEventListener('abort', () => own.abort(), { once: true });
        await spotLive(start('microphone'), own.signal, lanes, windows => {
          spotted.textContent = sentenceOf(windows) ?? spotted.textContent;
        });
      });
    } finally {
      ending = undefined;
      [spot.ariaPressed, spot.textContent] = ['false', 'Listen for words'];
    }
  };

  const end = async () => {
    ending?.abort();
    sound.stop();
    await runs.end();
  };

  on('spot', 'click', () => (ending ? ending.abort() : listen()));
  return {
    move: async () => {
      await end();
      await open?.move(readControls().backend);
    },
  };
}

/** Spots words in what the microphone hears, until the signal is aborted. */
async function spotLive(
  spotter: ReturnType<KeywordSession['start']>,
  signal: AbortSignal,
  lanes: KeywordLanes,
  onWindows: (windows: readonly SpottedWindow[]) => void,
): Promise<void> {
  const device = await microphone({ sampleRate: rate, worklet: './capture.js' });
  signal.addEventListener('abort', device.stop, { once: true });
  if (signal.aborted) device.stop();
  try {
    for await (const { samples } of device) {
      const windows = await spotter.push(samples);
      lanes.push(windows);
      onWindows(windows);
    }
  } finally {
    device.stop();
  }
}

/** The last word that was spotted, as a sentence. */
function sentenceOf(windows: readonly SpottedWindow[]): string | undefined {
  const word = windows.findLast(({ spotted }) => spotted)?.spotted;
  return word && `“${word.label}”, with ${percent(word.score)}.`;
}
