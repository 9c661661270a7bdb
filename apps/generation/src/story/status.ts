import { fixed } from '@residual/appkit';
import type { FinishReason } from '@residual/model';
import { bitsOf, type StoryToken } from './tokens.js';

/** Why a text ended, as the end of a sentence. */
const ends: Readonly<Record<FinishReason, string>> = {
  eos: 'and the model ended the story',
  length: 'which is the length in the settings',
  positions: 'and the model can read no longer text',
  stop: 'and the story has ended',
  complete: 'and the text is complete',
};

/** The index of the most surprising token from an index on; -1 if there is none. */
export function mostSurprising(tokens: readonly StoryToken[], from: number): number {
  const written = tokens.slice(from);
  const lowest = Math.min(...written.map(({ logprob = 0 }) => logprob));
  const index = written.findIndex(({ logprob }) => logprob === lowest);
  return index < 0 ? -1 : from + index;
}

/** What was written after the beginning, and how surprising it was. */
export function statusText(tokens: readonly StoryToken[], from: number, finish: FinishReason | undefined): string {
  const written = tokens.slice(from);
  if (written.length === 0) return 'Nothing is written yet.';
  const mean = bitsOf(written.reduce((sum, { logprob = 0 }) => sum + logprob, 0) / written.length);
  const count = written.length === 1 ? '1 token is' : `${written.length} tokens are`;
  const most = tokens[mostSurprising(tokens, from)]!;
  return (
    `${count} written${finish ? `, ${ends[finish]}` : ' so far'}. On average a token holds ${fixed(mean, 1)} bits of ` +
    `surprise; the most surprising is “${most.text.trim()}” with ${fixed(bitsOf(most.logprob!), 1)}.`
  );
}
