/** The number of different tokens of a tiny model, of tokens in a text, of texts in a step, and of steps. */
export const [vocab, length, batch, steps] = [8, 12, 8, 80];
