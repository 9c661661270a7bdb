import { expectInteger, expectOptions, expectValue } from '@residual/base';

/** Settings of `energyGate`. */
export interface EnergyGateOptions {
  /** Samples per second. Default 16000. */
  readonly sampleRate?: number;
  /** How many dB above the background opens the gate. Default 9. */
  readonly margin?: number;
  /** The least level that opens the gate in dB, where 0 is a sine of full scale. Default -50. */
  readonly minLevel?: number;
  /** How long the gate stays open after the last loud frame, in seconds. Default 0.6. */
  readonly hold?: number;
}

/** What a gate says about some samples. */
export interface GateState {
  /** Whether the gate is open at their end. */
  readonly isOpen: boolean;
  /** The level of the last whole frame in dB. */
  readonly level: number;
  /** The level of the background in dB. */
  readonly background: number;
}

/** Takes the next samples of a stream. */
export type EnergyGate = (samples: Float32Array) => GateState;

/** The background follows what is lower at once, and what is higher by this many dB per second. */
const rise = 2;

/** The length of a frame in seconds. */
const frameSeconds = 0.02;

/** The level of silence in dB. */
const silence = -120;

/**
 * Tells where a stream is loud, sample by sample and with little work: the gate opens where the power of a frame of 20
 * ms is above the background, and closes some time after the last such frame. Any sound opens it; `speechSegments` also
 * looks at the spectrum. It keeps part of a frame between calls: how the samples are cut changes nothing.
 */
export function energyGate(options: EnergyGateOptions = {}): EnergyGate {
  expectOptions('energyGate', options, { sampleRate: 0, margin: 0, minLevel: 0, hold: 0 });
  const { sampleRate = 16_000, margin = 9, minLevel = -50, hold = 0.6 } = options;
  expectInteger('energyGate', 'sampleRate', sampleRate, { min: 1000, max: 768_000 });
  expectValue(margin > 0 && margin < Infinity, 'energyGate', 'margin', margin, 'a positive number');
  expectValue(Number.isFinite(minLevel), 'energyGate', 'minLevel', minLevel, 'a number');
  expectValue(hold >= 0 && hold < Infinity, 'energyGate', 'hold', hold, '0 or more seconds');
  const frameLength = Math.round(frameSeconds * sampleRate);
  let [sum, count] = [0, 0];
  let level = silence;
  let background: number | undefined;
  let openFrames = 0;
  const takeFrame = () => {
    level = Math.max(silence, 10 * Math.log10((2 * sum) / count + 1e-12));
    const follow = Math.min(level, (background ?? level) + rise * frameSeconds);
    const isLoud = level > Math.max((background ?? Math.min(level, minLevel)) + margin, minLevel);
    if (isLoud) openFrames = 1 + Math.round(hold / frameSeconds);
    else if (openFrames > 0) openFrames--;
    background = Math.max(follow, minLevel - margin - 30);
    [sum, count] = [0, 0];
  };
  return samples => {
    for (const sample of samples) {
      sum += sample * sample;
      if (++count === frameLength) takeFrame();
    }
    return { isOpen: openFrames > 0, level, background: background ?? silence };
  };
}
