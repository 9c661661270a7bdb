/** The sentence to translate, and the selected word of its translation (-1 for the surest). */
export const settings = { english: 'The little girl has a red dress.', frenchWord: -1 };
