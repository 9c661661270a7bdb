import type { Tokenizer } from '@residual/tokenizer';
import { unknownIn } from './figures.js';

/** Article 1 of the Universal Declaration of Human Rights in a language. */
export interface Article {
  /** The BCP 47 tag. */
  readonly language: string;
  readonly name: string;
  readonly text: string;
}

/** What a sentence costs: its tokens, how many of them stand for unknown characters, and its tokens per English one. */
export interface Cost {
  readonly tokens: number;
  readonly unknown: number;
  readonly ratio: number;
}

/** The cost of each article; the first one is English. */
export function costsOf(tokenizer: Tokenizer, articles: readonly Article[]): Cost[] {
  const costs = articles.map(({ text }) => {
    const { ids } = tokenizer.encode(text, { addSpecialTokens: false, truncation: null, padding: null });
    return { tokens: ids.length, unknown: unknownIn(tokenizer, ids) };
  });
  return costs.map(cost => ({ ...cost, ratio: cost.tokens / costs[0]!.tokens }));
}
