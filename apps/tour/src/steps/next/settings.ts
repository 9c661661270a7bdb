/** How the next token is drawn. */
export const settings = { temperature: 1, seed: 7 };
