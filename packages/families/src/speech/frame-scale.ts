import type { ConfigReader } from '../config/config.js';

/** What frames are standardized by. */
export interface FrameScale {
  /** The mean of each bin. */
  readonly mean: Float32Array;
  /** The deviation of each bin. */
  readonly deviation: Float32Array;
}

/** The `frame_mean` and `frame_deviation` of a config. Throws unless both are a finite number for each bin. */
export function frameScaleOf(config: ConfigReader, bins: number): FrameScale {
  const numbers = (field: string) => {
    const value = config.value(field);
    const isList = Array.isArray(value) && value.length === bins && value.every(Number.isFinite);
    return isList ? Float32Array.from(value as number[]) : config.refuse(field, value, `a list of ${bins} numbers`);
  };
  return { mean: numbers('frame_mean'), deviation: numbers('frame_deviation') };
}
