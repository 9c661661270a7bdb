import { expectInteger, expectOptions, expectValue } from '@residual/base';
import { type EnergyGateOptions, energyGate } from './energy-gate.js';

/** A label with its score from 0 to 1. */
export interface ScoredLabel {
  readonly label: string;
  readonly score: number;
}

/** The labels of a second of sound with their scores, such as `samples => model.classifySound(samples)`. */
export type ClassifyWindow = (samples: Float32Array) => Promise<readonly ScoredLabel[]>;

/** Settings of `keywordSpotter`. */
export interface KeywordSpotterOptions {
  /** Samples per second. Default 16000. */
  readonly sampleRate?: number;
  /** The length of a window in seconds. Default 1. */
  readonly window?: number;
  /** How far two windows are apart in seconds. Default 0.1. */
  readonly hop?: number;
  /** The scores of the windows of so many seconds are averaged, at least those of one. Default 0.3. */
  readonly smoothing?: number;
  /** A label whose average is at least this is spotted. Default 0.7. */
  readonly threshold?: number;
  /** For so many seconds after a word no other one is spotted. Default 1. */
  readonly refractory?: number;
  /** Labels that are no words. Default `silence` and `unknown`. */
  readonly ignored?: readonly string[];
  /** When there is sound worth a look; see `energyGate`. */
  readonly gate?: Omit<EnergyGateOptions, 'sampleRate'>;
}

/** What was heard in a window. */
export interface SpottedWindow {
  /** Its end, in seconds since the begin of the stream. */
  readonly time: number;
  /** The averages by label; none where it was too quiet for a look. */
  readonly scores: ReadonlyMap<string, number>;
  /** The word that is spotted in it. */
  readonly spotted?: ScoredLabel;
}

/** Spots words in a stream. */
export interface KeywordSpotter {
  /**
   * Takes the next samples and gives the windows that end in them. The next call may be made before the last one has
   * ended: they are taken in order.
   */
  push(samples: Float32Array): Promise<readonly SpottedWindow[]>;
}

/**
 * Spots words in a stream: the last second is classified every tenth of a second while there is sound, the scores of
 * some windows are averaged, and a word is spotted where its average is high and none was spotted shortly before, as in
 * the streaming recognizer of TensorFlow's Speech Commands (Warden 2018). How the samples are cut changes nothing.
 */
export function keywordSpotter(classify: ClassifyWindow, options: KeywordSpotterOptions = {}): KeywordSpotter {
  const settings = checkedSettings(options);
  const { sampleRate, threshold, refractory, ignored } = settings;
  const averagedCount = Math.max(1, Math.round(settings.smoothing / settings.hop));
  const hopLength = Math.round(settings.hop * sampleRate);
  const gate = energyGate({ ...settings.gate, sampleRate });
  const window = new Float32Array(Math.round(settings.window * sampleRate));
  const hop = new Float32Array(hopLength);
  const recent: (readonly ScoredLabel[])[] = [];
  let filled = 0; // samples of the next hop
  let received = 0;
  let lastSpotted = Number.NEGATIVE_INFINITY;
  let turn: Promise<unknown> = Promise.resolve();

  const takeHop = async (): Promise<SpottedWindow> => {
    window.copyWithin(0, hopLength);
    window.set(hop.subarray(Math.max(0, hopLength - window.length)), Math.max(0, window.length - hopLength));
    received += hopLength;
    const time = received / sampleRate;
    if (!gate(hop).isOpen) {
      recent.length = 0;
      return { time, scores: new Map() };
    }
    recent.push(await classify(window.slice()));
    if (recent.length > averagedCount) recent.shift();
    const scores = averaged(recent, averagedCount);
    const words = [...scores].filter(([label]) => !ignored.includes(label));
    const [label, score] = words.reduce((best, each) => (each[1] > best[1] ? each : best), ['', 0]);
    if (score < threshold || time - lastSpotted < refractory) return { time, scores };
    lastSpotted = time;
    return { time, scores, spotted: { label, score } };
  };

  const take = async (samples: Float32Array): Promise<SpottedWindow[]> => {
    const windows: SpottedWindow[] = [];
    for (let from = 0; from < samples.length; ) {
      const part = samples.subarray(from, from + hopLength - filled);
      hop.set(part, filled);
      filled += part.length;
      from += part.length;
      if (filled < hopLength) break;
      filled = 0;
      windows.push(await takeHop());
    }
    return windows;
  };

  return {
    push: samples => {
      const result = turn.then(() => take(samples));
      turn = result.catch(() => {});
      return result;
    },
  };
}

/** The mean of the scores of each label over a number of windows, of which those that are missing count as 0. */
function averaged(windows: readonly (readonly ScoredLabel[])[], count: number): Map<string, number> {
  const means = new Map<string, number>();
  for (const labels of windows)
    for (const { label, score } of labels) means.set(label, (means.get(label) ?? 0) + score / count);
  return means;
}

function checkedSettings(options: KeywordSpotterOptions) {
  const names = { sampleRate: 0, window: 0, hop: 0, smoothing: 0, threshold: 0, refractory: 0, ignored: 0, gate: 0 };
  expectOptions('keywordSpotter', options, names as Record<keyof KeywordSpotterOptions, 0>);
  const { sampleRate = 16_000, window = 1, hop = 0.1, smoothing = 0.3, threshold = 0.7, refractory = 1 } = options;
  const { ignored = ['silence', 'unknown'], gate = {} } = options;
  const expect = (fits: boolean, name: string, value: unknown, what: string) =>
    expectValue(fits, 'keywordSpotter', name, value, what);
  expectInteger('keywordSpotter', 'sampleRate', sampleRate, { min: 1000, max: 768_000 });
  expect(window >= 0.01 && window <= 60, 'window', window, '0.01 to 60 seconds');
  expect(hop >= 0.01 && hop <= window, 'hop', hop, `0.01 to ${window} seconds, the window`);
  expect(smoothing >= 0 && smoothing <= 60, 'smoothing', smoothing, '0 to 60 seconds');
  expect(threshold > 0 && threshold <= 1, 'threshold', threshold, 'above 0 and at most 1');
  expect(refractory >= 0 && refractory < Infinity, 'refractory', refractory, '0 or more seconds');
  const areTexts = Array.isArray(ignored) && ignored.every(label => typeof label === 'string');
  expect(areTexts, 'ignored', ignored, 'a list of labels');
  return { sampleRate, window, hop, smoothing, threshold, refractory, ignored, gate };
}
