import { expectInteger, expectOptions, expectValue } from '@residual/base';

/** Settings of `pulseTrain`. */
export interface PulseTrainOptions {
  /** The pitch of each frame in Hz. */
  readonly pitch: ArrayLike<number>;
  /** How much each frame is voiced; there are pulses where it is above one half. */
  readonly voicing: ArrayLike<number>;
  /** Samples per second. */
  readonly sampleRate: number;
  /** Samples from one frame to the next. */
  readonly hop: number;
}

/**
 * The glottis as pulses: one each period of a pitch that goes in straight lines from frame to frame, → samples [frames
 * · hop]. A pulse between two samples is shared between them, and its height is √period, so that the mean power is 1
 * whatever the pitch. After frames that are not voiced the first period begins anew, so that small differences of the
 * pitch do not add up from one sound to the next.
 */
export function pulseTrain(options: PulseTrainOptions): Float32Array {
  expectOptions('pulseTrain', options, { pitch: 1, voicing: 1, sampleRate: 1, hop: 1 });
  const { pitch, voicing, sampleRate, hop } = options;
  expectInteger('pulseTrain', 'hop', hop, { min: 1, max: 2 ** 16 });
  expectValue(sampleRate > 0 && sampleRate < Infinity, 'pulseTrain', 'sampleRate', sampleRate, 'a positive number');
  const frames = pitch.length;
  expectValue(
    voicing.length === frames,
    'pulseTrain',
    'the length of voicing',
    voicing.length,
    `${frames}, as of pitch`,
  );
  const samples = new Float32Array(frames * hop);
  let phase = 0;
  for (let i = 0; i < samples.length; i++) {
    const at = i / hop;
    const frame = Math.floor(at);
    const [share, next] = [at - frame, Math.min(frame + 1, frames - 1)];
    if (!(voicing[frame]! > 0.5 || voicing[next]! > 0.5)) {
      phase = 0;
      continue;
    }
    const between = (values: ArrayLike<number>) => (1 - share) * values[frame]! + share * values[next]!;
    const step = Math.min(Math.max(between(pitch), 0), sampleRate / 2) / sampleRate;
    phase += step;
    if (phase < 1 || !(step > 0)) continue;
    phase -= 1;
    if (between(voicing) <= 0.5) continue;
    const [late, height] = [phase / step, Math.sqrt(1 / step)];
    samples[i]! += height * (1 - late);
    if (i > 0) samples[i - 1]! += height * late;
  }
  return samples;
}
