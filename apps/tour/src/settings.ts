import { addressOf } from '@residual/appkit';
import { settings as attention } from './steps/attention/settings.js';
import { settings as beyond } from './steps/beyond/settings.js';
import { settings as depth } from './steps/depth/settings.js';
import { settings as learning } from './steps/learning/settings.js';
import { settings as next } from './steps/next/settings.js';
import { settings as features } from './steps/perceptron/features/settings.js';
import { settings as perceptron } from './steps/perceptron/settings.js';
import { settings as size } from './steps/size/settings.js';
import { settings as tokens } from './steps/tokens/settings.js';
import { analogies, settings as vectors } from './steps/vectors/settings.js';

/** The longest sentence in characters. */
export const maxCharacters = 160;

/** The settings before the first click: the step, the sentence, and those of each step. */
export const preset = {
  step: '',
  sentence: 'Once upon a time, a fluffy blue creature lived in the',
  ...tokens,
  ...vectors,
  ...attention,
  ...perceptron,
  ...features,
  ...depth,
  ...next,
  ...learning,
  ...size,
  ...beyond,
};

/** The settings of the page, all of them in its address. */
export type Settings = Readonly<typeof preset>;

/** The settings in the address of the page. */
export const address = addressOf<Settings>(preset, { analogy: analogies });

/** The sentence that the model reads: without space at its end, and not too long; the preset if nothing is left. */
export const sentenceOf = ({ sentence }: Pick<Settings, 'sentence'>): string =>
  sentence.slice(0, maxCharacters).trimEnd() || preset.sentence;
