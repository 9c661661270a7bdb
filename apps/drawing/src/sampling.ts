import type { DrawOptions } from '@residual/model';
import type { Settings } from './settings.js';

/** The settings by which points are chosen. */
export type SamplingSettings = Pick<Settings, 'seed' | 'temperature' | 'penTemperature' | 'guidanceScale'>;

/** They as options of `draw`; at temperature 0 nothing is drawn by lot. */
export function samplingOf({ seed, temperature, penTemperature, guidanceScale }: SamplingSettings): DrawOptions {
  return temperature === 0 ? { temperature, guidanceScale } : { temperature, penTemperature, guidanceScale, seed };
}
