import { addressOf } from '@residual/appkit';

/** The sentences that write themselves at the start, in this order, by the label of their button. */
export const examples: Readonly<Record<string, string>> = {
  'a story': 'Once upon a time, a fluffy blue creature lived in the forest.',
  'a rare word': 'The brachiosaurus was unbelievably happy!',
  'another language': 'Le petit prince cherche un mouton.',
  'an emoji': 'She smiled 😀 and said hello.',
};

/** The settings of the page: the sentence of the visitor, empty as long as the examples write themselves. */
export const preset = { text: '' };

/** The settings in the address of the page. */
export const address = addressOf(preset);
