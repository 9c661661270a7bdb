/** The id at which the ruler of the vocabulary stands; -1 for the selected token of the sentence. */
export const settings = { tokenId: -1 };
