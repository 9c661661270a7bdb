/** The file of the built page with the tokens of GPT-2, and its size in megabytes as the page says it. */
export const ranksFile = 'data/gpt2/tokens.txt';
export const ranksMegabytes = '0.5';

/** The tokenizers that every visitor has: the name in the address, and the label. */
export const shipped: Readonly<Record<string, string>> = {
  stories: 'Storyteller, 6,000 tokens',
  'en-fr': 'Translator, 8,000 tokens',
  'whisper-tiny-en': 'Whisper, 51,864 tokens (loads 1.5 MB)',
  gpt2: `GPT-2, 50,257 tokens (loads ${ranksMegabytes} MB)`,
};
