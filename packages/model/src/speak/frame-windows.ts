import type { HifiGan } from '@residual/families';
import { sliceAxis, type Tensor, tidy } from '@residual/tensor';

/** A vocoder with its weights, and the vector of a speaker that it reads. */
export interface BoundVoice {
  readonly layer: HifiGan;
  readonly weights: unknown;
  /** [1, 1, speakerDim]; the caller keeps it. */
  readonly speaker?: Tensor | undefined;
}

/** What makes samples of all frames of a sentence at once, so many of each frame. */
export interface WholeVoice {
  readonly layer: { readonly samplesPerFrame: number; readonly framesAround: 0 };
  readonly wholeSamples: (frames: Tensor) => Promise<Float32Array>;
}

/** How many seconds the first piece of a sentence has, and those after it. */
const pieceSeconds = [0.1, 1];

/** How many frames the first piece of a sentence has, and those after it. */
export function piecesOfFrames(
  { layer: { samplesPerFrame } }: BoundVoice | WholeVoice,
  sampleRate: number,
): readonly [first: number, others: number] {
  if (samplesPerFrame === undefined) return [Infinity, Infinity]; // its frames are computed together
  const [first, others] = pieceSeconds.map(each => Math.max(1, Math.ceil((each * sampleRate) / samplesPerFrame)));
  return [first!, others!];
}

/** The samples of the frames `from` to before `to`, the same as in the samples of all. */
type SamplesOf = (from: number, to: number) => Promise<Float32Array>;

/** The function that makes samples of parts of frames [1, length, bins], which the caller keeps meanwhile. */
export async function samplesOfParts(voice: BoundVoice | WholeVoice, frames: Tensor): Promise<SamplesOf> {
  if (!('wholeSamples' in voice)) return (from, to) => samplesOf(voice, frames, from, to);
  const [whole, { samplesPerFrame }] = [await voice.wholeSamples(frames), voice.layer];
  return async (from, to) => whole.slice(from * samplesPerFrame, to * samplesPerFrame);
}

/**
 * The samples of the frames `from` to before `to`, the same as in the samples of all: the vocoder reads the frames
 * around them too.
 */
export async function samplesOf(
  { layer, weights, speaker }: BoundVoice,
  frames: Tensor,
  from: number,
  to: number,
): Promise<Float32Array> {
  const { samplesPerFrame, framesAround } = layer;
  const count = frames.shape[1]!;
  const isWhole = samplesPerFrame === undefined || (from === 0 && to === count);
  const [start, end] = isWhole ? [0, count] : [Math.max(0, from - framesAround), Math.min(count, to + framesAround)];
  const samples = tidy(() => {
    if (isWhole) return layer(weights as never, { frames, speaker });
    const wanted = { from: from - start, count: to - from };
    return layer(weights as never, { frames: sliceAxis(frames, 1, start, end - start), speaker, wanted });
  });
  try {
    return (await samples.data()) as Float32Array;
  } finally {
    samples.dispose();
  }
}
