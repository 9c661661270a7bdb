import { byId, grouped, make } from '@residual/appkit';
import { Chart } from '@residual/appkit/chart';
import type { TokenTextElement } from '@residual/elements';
import { excerptOf, type Growth, type Learned } from '../work/growth.js';
import { signed } from './rows.js';

/** The number of merges in the list. */
const listed = 10;

/** The picture of a training: the text in the colours of its tokens, the newest tokens, and their number over time. */
export interface GrowthPicture {
  begin(text: string): void;
  show(growth: Growth): void;
  /** What the training has reached, as a sentence. */
  sentence(): string;
}

/** Wires the picture of the training. */
export function growthPicture(): GrowthPicture {
  const [shown, newest] = [byId<TokenTextElement>('grown'), byId('newest')];
  const chart = new Chart(byId('chart'), 'Tokens of the text, by the number of tokens on the list', [
    { label: 'tokens of the text', colour: '--residual-accent', width: 2, format: grouped },
  ]);
  let excerpt = '';
  let characters = 0;
  let last: Growth | undefined;
  return {
    begin: text => {
      excerpt = excerptOf(text);
      characters = [...text].length;
      last = undefined;
      chart.clear();
      newest.replaceChildren();
      shown.show(excerpt, []);
      byId('grown-figures').textContent = '';
    },
    show: growth => {
      last = growth;
      shown.show(excerpt, growth.shown);
      chart.add(growth.vocabSize, [growth.tokens]);
      newest.prepend(...growth.merges.slice(-listed).reverse().map(mergeItem));
      while (newest.children.length > listed) newest.lastElementChild!.remove();
      byId('grown-figures').replaceChildren(
        make('b', {}, `${grouped(growth.vocabSize)} tokens on the list`),
        make('span', {}, `${grouped(growth.tokens)} tokens in the text`),
        make('span', {}, `${(characters / growth.tokens).toFixed(2)} characters per token`),
      );
    },
    sentence: () =>
      last
        ? `The ${grouped(characters)} characters of the text are now ${grouped(last.tokens)} tokens, ` +
          `${(characters / last.tokens).toFixed(2)} characters each.`
        : '',
  };
}

function mergeItem({ left, right, count }: Learned): HTMLElement {
  const joined = make('b', {}, signed(left + right));
  const parts = [make('q', {}, signed(left)), ' + ', make('q', {}, signed(right))];
  return make('li', {}, joined, make('span', {}, ...parts), make('small', {}, `${grouped(count)} times`));
}
