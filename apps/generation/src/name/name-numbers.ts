import type { RemoteModel } from '@residual/model/worker';
import { expectedAfter, logprobsAt } from './word-probability.js';

type Reader = Pick<RemoteModel, 'tokensOf' | 'forward' | 'vocab'>;

/** The word of a beginning that stands for the name. */
export const placeholder = 'NAME';

/** The largest number of names. */
export const maxNames = 8;

/** The names in a list with commas, each once. */
export const namesFrom = (text: string): readonly string[] =>
  [...new Set(text.split(',').map(name => name.trim()))].filter(name => name !== '').slice(0, maxNames);

/** The story about one child, up to where the name is expected. */
export const storyOf = (start: string, end: string, name: string): string =>
  `${start.replaceAll(placeholder, name).trim()} ${end.trim()}`;

/** The probability of each name after a text: the product over the tokens of the name. */
export async function namesAfter(model: Reader, text: string, names: readonly string[]): Promise<readonly number[]> {
  const probabilities: number[] = [];
  for (const name of names) probabilities.push((await expectedAfter(model, text, name)).probability);
  return probabilities;
}

/** For each token of a text, and for the one after it, the probability that a name begins there; 0 for the first. */
export async function expectedAlong(model: Reader, ids: readonly number[], name: string): Promise<readonly number[]> {
  const [first] = await model.tokensOf(` ${name}`);
  const { logits } = await model.forward(ids);
  return [0, ...ids.map((_, i) => Math.exp(logprobsAt(logits.data, model.vocab, i)[first!]!))];
}

/** A boy of whom no story of the model tells, and what follows, up to his family name. */
const wizard = { start: 'Once upon a time, there was a boy named NAME.', end: 'He had a magic wand. One day, Harry' };

/** How likely the family name is at the end if the beginning has given it, and if not. */
export async function potterAfter(model: Reader): Promise<{ readonly told: number; readonly untold: number }> {
  const [told, untold] = await Promise.all(
    ['Harry Potter', 'Harry'].map(async name => {
      const { probability } = await expectedAfter(model, storyOf(wizard.start, wizard.end, name), 'Potter');
      return probability;
    }),
  );
  return { told: told!, untold: untold! };
}
