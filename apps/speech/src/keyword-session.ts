import { shippedKeywords } from '@residual/appkit';
import { pageModel, startModels } from '@residual/appkit/models';
import { type KeywordSpotter, keywordSpotter } from '@residual/audio';
import { rate } from './sound.js';

/** The model of ten words, in a worker of its own, so that it listens while the large one works. */
export interface KeywordSession {
  readonly words: readonly string[];
  /** The name of the backend that computes. */
  readonly backend: string;
  /** Begins a stream: a recording, or the microphone, of which a slow machine looks at fewer windows. */
  start(kind: 'recording' | 'microphone'): KeywordSpotter;
  /** Moves the model to a backend; streams on the last one end. */
  move(backend: string): Promise<void>;
}

/** Windows are at least so far apart, and at most, in seconds. */
const [leastHop, mostHop] = [0.1, 0.25];

/** Starts the worker and loads the model on a backend. */
export async function openKeywords(backend: string): Promise<KeywordSession> {
  const { models, useBackend } = await startModels(() => {});
  const page = pageModel(models, useBackend);
  const classify = (samples: Float32Array) => page.model.classifySound(samples);
  let hop = leastHop;
  const move = async (name: string) => {
    await page.load({ source: shippedKeywords('keywords'), backend: name });
    await classify(new Float32Array(rate)); // compiles programs
    const begun = performance.now();
    await classify(new Float32Array(rate));
    const seconds = (performance.now() - begun) / 1000;
    hop = Math.min(mostHop, Math.max(leastHop, 1.5 * seconds));
  };
  await move(backend);
  return {
    words: page.model.labels.filter(label => label !== 'silence' && label !== 'unknown'),
    get backend() {
      return page.model.backend;
    },
    start: kind => keywordSpotter(classify, { hop: kind === 'recording' ? leastHop : hop }),
    move,
  };
}
