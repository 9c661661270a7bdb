import gpt2 from 'js-tiktoken/ranks/gpt2';
import type { Plugin } from 'vite';
import { ranksFile } from '../shipped.js';

/** The tokens of GPT-2 in the order of their ranks, each in base64, with spaces between them. */
export function gpt2Tokens(): string {
  let [text, count] = ['', 0];
  for (const line of gpt2.bpe_ranks.split('\n')) {
    const [, first, ...tokens] = line.split(' ');
    if (Number(first) !== count) throw new Error(`gpt2Tokens: a line begins at rank ${first}, not at ${count}`);
    text += `${text && ' '}${tokens.join(' ')}`;
    count += tokens.length;
  }
  return text;
}

/** Puts the tokens of GPT-2 into the built page, as a file that it loads when a visitor asks for them. */
export const gpt2Ranks = (): Plugin => ({
  name: 'residual:gpt2-ranks',
  configureServer: ({ middlewares }) => {
    middlewares.use(`/${ranksFile}`, (_, response) => response.end(gpt2Tokens()));
  },
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: ranksFile, source: gpt2Tokens() });
  },
});
