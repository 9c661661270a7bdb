import { fixed, make } from '@residual/appkit';
import type { DisplayedToken } from '@residual/elements';
import { bitsOf, type StoryToken, tinted } from './tokens.js';

/** How well the model predicts the tokens of a text from an index on. */
export interface Likelihood {
  readonly tokens: number;
  /** The sum of the natural logs of their probabilities. */
  readonly logprob: number;
  /** exp of the mean of -log probability: among how many equally likely tokens the model seems to choose. */
  readonly perplexity: number;
}

/** The first index at which two texts have different tokens, or the length of the shorter one. */
export function divergenceIndex(
  one: readonly Pick<DisplayedToken, 'id'>[],
  other: readonly Pick<DisplayedToken, 'id'>[],
): number {
  const length = Math.min(one.length, other.length);
  const index = one.slice(0, length).findIndex(({ id }, i) => id !== other[i]!.id);
  return index < 0 ? length : index;
}

/** How well the model predicts the tokens of a text from an index on. */
export function likelihoodFrom(tokens: readonly StoryToken[], index: number): Likelihood {
  const logprobs = tokens.slice(index).map(({ logprob = 0 }) => logprob);
  const logprob = logprobs.reduce((sum, each) => sum + each, 0);
  return { tokens: logprobs.length, logprob, perplexity: Math.exp(-logprob / Math.max(1, logprobs.length)) };
}

/** A text that is compared, and its name on the page. */
export interface ComparedText {
  readonly name: string;
  readonly tokens: readonly StoryToken[];
}

/** What happens where two texts part, as sentences. */
export function comparisonText(one: ComparedText, other: ComparedText): string {
  const at = divergenceIndex(one.tokens, other.tokens);
  const [first, second] = [one.tokens[at], other.tokens[at]];
  if (!first || !second)
    return one.tokens.length === other.tokens.length
      ? 'Both have the same tokens.'
      : `One is longer; their first ${at} tokens are the same.`;
  const [ours, theirs] = [likelihoodFrom(one.tokens, at), likelihoodFrom(other.tokens, at)];
  const [easier, harder] = ours.perplexity <= theirs.perplexity ? [one, other] : [other, one];
  const [least, most] = [ours.perplexity, theirs.perplexity].sort((a, b) => a - b);
  return (
    `They part at token ${at + 1}: ${one.name} goes on with ${quoted(first)}, ${other.name} with ${quoted(second)}. ` +
    `From there on the model finds ${easier.name} easier to predict than ${harder.name}: its perplexity is ` +
    `${fixed(least!, 1)} against ${fixed(most!, 1)}.`
  );
}

const quoted = ({ text, logprob = 0 }: StoryToken) =>
  `“${text.trim()}” (${fixed(100 * Math.exp(logprob), logprob < Math.log(0.01) ? 2 : 1)}%)`;

/** Two texts side by side, from shortly before they part. */
export interface ComparisonView {
  show(one: ComparedText, other: ComparedText): void;
  clear(): void;
}

/** The number of common tokens that are shown before two texts part. */
const commonShown = 8;

/** Makes the view of a comparison in an element; the ids of the texts begin with `name`. */
export function comparisonView(place: HTMLElement, name: string): ComparisonView {
  const status = make('p', { id: `${name}-result`, className: 'answer' });
  status.setAttribute('role', 'status');
  const sides = ['one', 'other'].map(side => {
    const title = make('h3');
    const text = make('residual-tokens', { id: `${name}-${side}` });
    text.setAttribute('running', '');
    const figures = make('dl', { className: 'figures' });
    return { title, text, figures, element: make('div', {}, title, text, figures) };
  });
  const columns = make('div', { className: 'columns' }, ...sides.map(({ element }) => element));
  place.append(status, columns);
  columns.hidden = true;
  return {
    show: (one, other) => {
      const at = divergenceIndex(one.tokens, other.tokens);
      const from = Math.max(0, at - commonShown);
      status.textContent = comparisonText(one, other);
      columns.hidden = false;
      for (const [i, { name: title, tokens }] of [one, other].entries()) {
        const side = sides[i]!;
        side.title.textContent = capitalized(title);
        side.text.setAttribute('label', `tokens of ${title}`);
        const shown = tokens.slice(from).map((token, index) => tinted({ ...token, isMarked: from + index === at }));
        side.text.tokens = shown.map((token, index) => (from + index < at ? { ...token, shade: 0 } : token));
        side.figures.replaceChildren(...figuresOf(likelihoodFrom(tokens, at)));
      }
    },
    clear: () => {
      [columns.hidden, status.textContent] = [true, ''];
    },
  };
}

const capitalized = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

function figuresOf({ tokens, logprob, perplexity }: Likelihood): HTMLElement[] {
  const rows = [
    ['tokens from there on', String(tokens)],
    ['sum of log-probabilities', fixed(logprob, 2)],
    ['surprise per token', `${fixed(bitsOf(logprob) / Math.max(1, tokens), 2)} bits`],
    ['perplexity', fixed(perplexity, 2)],
  ];
  return rows.map(([term, value]) => make('div', {}, make('dt', {}, term!), make('dd', {}, value!)));
}
