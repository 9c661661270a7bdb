import type { ParallelSynthesizer } from '@residual/families';
import { emptyScope, type Scope } from '@residual/layers';
import { dispose, normalValues, ResidualError, type Tensor, tensor, tidy } from '@residual/tensor';
import type { BoundModel } from '../model-kind.js';
import type { SentenceProsody } from './prosody.js';
import { type Voice, voiceTensors } from './voice.js';

/** How a model speaks a text whose durations it knows at once. */
export interface ParallelSettings {
  readonly ids: readonly number[];
  readonly voice: Voice;
  /** How fast it speaks; 1 as it learned. */
  readonly speed: number;
  /** Added to the pitch of each token, in the model's units. */
  readonly pitch: number;
  /** Where noise comes from, and how it is scaled. */
  readonly seed: number;
  readonly noiseScale: number;
  readonly durationNoiseScale: number;
  /** How many frames tokens last and their pitch, where the caller says it. */
  readonly prosody?: SentenceProsody;
  readonly scope?: Scope;
}

/** The frames of a text and what the model knew of its tokens. */
export interface ParallelFrames {
  /** [1, frames, bins]; the caller disposes it. */
  readonly frames: Tensor;
  /** How many frames each token lasts as the model says it, before speed and rounding. */
  readonly durations: Float32Array;
  /** How many frames each token lasts. */
  readonly counts: Int32Array;
  /** The pitch and the energy of each token, in the model's units; absent if it has none. */
  readonly pitch?: Float32Array;
  readonly energy?: Float32Array;
}

/** The frames of a text: durations, pitch and energy of its tokens, read back, and then all frames at once. */
export async function parallelFrames(
  { layer, weights }: BoundModel<ParallelSynthesizer>,
  {
    ids,
    voice,
    speed,
    pitch: shift,
    seed,
    noiseScale,
    durationNoiseScale,
    prosody = {},
    scope = emptyScope,
  }: ParallelSettings,
): Promise<ParallelFrames> {
  const length = ids.length;
  const planned = tidy(() =>
    layer.plan(
      weights,
      {
        ids: tensor([...ids], [1, length], 'int32'),
        ...voiceTensors(voice),
        noise: noise(seed, 'durations', [1, length, 2], durationNoiseScale),
      },
      scope,
    ),
  );
  try {
    const [durations, pitch, energy] = await Promise.all(
      [planned.durations, planned.pitch, planned.energy].map(each => each?.data() as Promise<Float32Array> | undefined),
    );
    const counts = layer.frameCounts(durations!, speed).map((count, token) => prosody.counts?.[token] ?? count);
    if (prosody.counts && !counts.some(count => count > 0))
      throw new ResidualError(
        'option',
        `speak: durations leave a sentence of ${length} tokens no frame; it must last at least one`,
      );
    const shifted = pitch?.map((value, token) => prosody.pitches?.[token] ?? value + shift);
    const tokens = Int32Array.from([...counts].flatMap((count, token) => Array<number>(count).fill(token)));
    const frames = tidy(() =>
      layer.frames(
        weights,
        {
          ...planned,
          ...(shifted && { pitch: tensor(shifted, [1, length, 1]) }),
          ...voiceTensors(voice),
          tokens: tensor(tokens, [tokens.length], 'int32'),
          noise: noise(seed, 'frames', [1, tokens.length, layer.bins], noiseScale),
        },
        scope,
      ),
    );
    return { frames, durations: durations!, counts, ...(shifted && { pitch: shifted }), ...(energy && { energy }) };
  } finally {
    dispose(planned);
  }
}

/** Normal numbers that depend on the seed and their use alone, times a scale; none if it is 0. */
function noise(seed: number, path: string, shape: readonly number[], scale: number): Tensor | undefined {
  if (scale === 0) return undefined;
  const values = normalValues(
    seed,
    path,
    shape.reduce((product, size) => product * size, 1),
  );
  return tensor(
    values.map(value => value * scale),
    shape,
  );
}
