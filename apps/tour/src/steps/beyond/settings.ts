/** The selected word of the translation; -1 if there is none. */
export const settings = { frenchWord: -1 };
