/** What is taken apart: the residual stream after block 3. */
export const path = 'decoder.layers.3.output';

/** The number of features, and how many of them describe a token. */
export const [featureCount, activeFeatures] = [1024, 16];

/** How the stories are written and read: how many at once, how long, and with which beginnings. */
export const writing = {
  batch: 16,
  maxNewTokens: 75,
  temperature: 1,
  beginnings: [
    'Once upon a time',
    'One day',
    'Lily',
    'Tom',
    'The little dog',
    'The king',
    'In the forest',
    'Mom said',
    'It was raining',
    'Ben was sad because',
    'The old man',
    'The princess',
    'At night',
    'Grandma',
    'A big bear',
    'The teacher said',
    'Sue',
    'Max saw',
    'Anna found',
    'There was',
    'A small boat',
    'The cat',
    'They',
    'She wanted',
    'He went',
    'After lunch',
    'The sun was',
    'In the garden',
    'Dad gave',
    'A bird',
    'We',
    'The farmer',
  ],
} as const;

/** The windows of tokens that a step learns from. */
export const windows = { length: 64, batch: 4 } as const;

/** The rate of learning, and the number of tokens without activity after which a feature counts as dead. */
export const [learningRate, deadAfter] = [0.004, 5000];

/** How many features are listed, with how many texts each, and how many tokens stand around the marked one. */
export const [listed, shownTexts, context] = [100, 6, 7];

/** How a story goes on. */
export const telling = { temperature: 0.7, maxNewTokens: 45 } as const;
