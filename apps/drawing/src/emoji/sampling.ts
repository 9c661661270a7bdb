import type { PaintOptions } from '@residual/model';
import type { Settings } from '../settings.js';

/** The settings by which codes are chosen. */
export type PaintSettings = Pick<Settings, 'emojiSeed' | 'emojiTemperature' | 'emojiGuidance'>;

/** They as options of `paint`; at temperature 0 nothing is drawn by lot. */
export function paintOptionsOf({ emojiSeed, emojiTemperature, emojiGuidance }: PaintSettings): PaintOptions {
  const options = { temperature: emojiTemperature, guidanceScale: emojiGuidance };
  return emojiTemperature === 0 ? options : { ...options, seed: emojiSeed };
}
