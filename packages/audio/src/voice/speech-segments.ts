import { expectInteger, expectOptions, expectValue } from '@residual/base';
import { type FrameLevel, levelPlan } from './frame-levels.js';

/** Where somebody speaks, in seconds from the start of the recording. */
export interface SpeechSegment {
  readonly start: number;
  readonly end: number;
}

/** Settings of `speechSegments`. */
export interface SpeechSegmentOptions {
  /** Samples per second. Default 16000. */
  readonly sampleRate?: number;
  /** How many dB above the background a voice is. Default 9. */
  readonly margin?: number;
  /** The least level of a voice in dB, where 0 is a sine of full scale. Default -55. */
  readonly minLevel?: number;
  /** The flatness of the spectrum from which on a frame is noise; white noise has 0.56. Default 0.35. */
  readonly maxFlatness?: number;
  /** Pauses that do not end a segment, in seconds. Default 0.3. */
  readonly minPause?: number;
  /** The least time of a voice in a segment, in seconds. Default 0.1. */
  readonly minSpeech?: number;
  /** What is added before and after a segment, in seconds. Default 0.1. */
  readonly padding?: number;
}

/** The background of a recording without pauses is at most this many dB below its loudest frames. */
const maxRange = 50;

/**
 * The parts of a recording in which somebody speaks, in order and apart: samples [length] → segments. A frame of 32 ms
 * is a voice if its power between 100 and 4000 Hz is above the background, the tenth percentile of all frames, and its
 * spectrum is not flat; frames beside it belong to it while they are half as far above the background. Steady sounds,
 * noise and silence are no speech; music and other changing sounds with a pitch may be taken for it.
 */
export function speechSegments(samples: Float32Array, options: SpeechSegmentOptions = {}): SpeechSegment[] {
  const { sampleRate, margin, minLevel, maxFlatness, minPause, minSpeech, padding } = checked(options);
  const { frameLength, hop, measure } = levelPlan(sampleRate);
  const frames: FrameLevel[] = [];
  for (let start = 0; start < samples.length; start += hop) frames.push(measure(samples, start));
  const background = backgroundOf(frames);
  const isAbove = ({ level }: FrameLevel, part: number) =>
    level > background + part * margin && level > minLevel - (1 - part) * margin;
  const isVoice = (frame: FrameLevel) => isAbove(frame, 1) && frame.flatness < maxFlatness;
  const length = samples.length / sampleRate;
  const timeOf = (frame: number) => (frame * hop) / sampleRate;
  const found: { start: number; end: number; voice: number }[] = [];
  for (let first = 0; first < frames.length; first++) {
    if (!isVoice(frames[first]!)) continue;
    let [start, last] = [first, first];
    while (start > 0 && isAbove(frames[start - 1]!, 0.5)) start--;
    let voice = 0;
    for (; last < frames.length && (isAbove(frames[last]!, 0.5) || isVoice(frames[last]!)); last++)
      if (isVoice(frames[last]!)) voice++;
    const end = timeOf(last - 1) + frameLength / sampleRate;
    const before = found.at(-1);
    if (before && timeOf(start) - before.end < minPause) {
      before.end = end;
      before.voice += voice;
    } else found.push({ start: timeOf(start), end, voice });
    first = last;
  }
  const spoken = found.filter(({ voice }) => timeOf(voice) >= minSpeech);
  return spoken.map(({ start, end }, i) => {
    const from = spoken[i - 1] ? (spoken[i - 1]!.end + start) / 2 : 0;
    const to = spoken[i + 1] ? (end + spoken[i + 1]!.start) / 2 : length;
    return { start: Math.max(from, start - padding), end: Math.min(to, length, end + padding) };
  });
}

/** The level of the background: the tenth percentile of the frames that are not digital silence. */
function backgroundOf(frames: readonly FrameLevel[]): number {
  const levels = frames
    .map(({ level }) => level)
    .filter(level => level > -100)
    .sort((a, b) => a - b);
  return Math.max(levels[Math.floor(levels.length / 10)] ?? -100, (levels.at(-1) ?? -100) - maxRange);
}

function checked(options: SpeechSegmentOptions): Required<SpeechSegmentOptions> {
  const names = {
    sampleRate: 0,
    margin: 0,
    minLevel: 0,
    maxFlatness: 0,
    minPause: 0,
    minSpeech: 0,
    padding: 0,
  } as const;
  expectOptions('speechSegments', options, names);
  const { sampleRate = 16_000, margin = 9, minLevel = -55, maxFlatness = 0.35 } = options;
  const { minPause = 0.3, minSpeech = 0.1, padding = 0.1 } = options;
  const seconds = { minPause, minSpeech, padding };
  expectInteger('speechSegments', 'sampleRate', sampleRate, { min: 1000, max: 768_000 });
  expectValue(margin > 0 && margin < Infinity, 'speechSegments', 'margin', margin, 'a positive number');
  expectValue(Number.isFinite(minLevel), 'speechSegments', 'minLevel', minLevel, 'a number');
  expectValue(maxFlatness > 0 && maxFlatness <= 1, 'speechSegments', 'maxFlatness', maxFlatness, 'from 0 to 1');
  for (const [name, value] of Object.entries(seconds))
    expectValue(value >= 0 && value < Infinity, 'speechSegments', name, value, '0 or more seconds');
  return { sampleRate, margin, minLevel, maxFlatness, minPause, minSpeech, padding };
}
