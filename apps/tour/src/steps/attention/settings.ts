/**
 * The chosen block and head, the token that asks, whether tokens see those after them, and the words before the token
 * that are taken away (see `phraseOf`).
 */
export const headSettings = {
  attentionLayer: 3,
  attentionHead: 4,
  attentionToken: 8,
  leak: false,
  attentionWithout: '',
};

/** With them, whether the translator is opened, and the French token that asks (-1 for the surest). */
export const settings = { ...headSettings, crossOpen: false, crossToken: -1 };

/** The number of blocks of the story model, and of heads in each. */
export const [depth, heads] = [6, 5];

/** The head of the translator that is shown: it looks most clearly at the word that it translates. */
export const crossHead = { layer: 1, head: 3 };
