import { byId, grouped, make, percent, showError } from '@residual/appkit';
import type { ArithmeticAnswer } from './computations.js';
import { examples } from './examples.js';
import { headlineOf, isAsTyped } from './reading.js';
import type { Settings } from './settings.js';

/** The list of the nearest words. */
export const neighbourList = (): HTMLElementTagNameMap['residual-neighbours'] => byId('neighbours');

/** Shows the answer to an expression: the sum, the nearest words, and why it works or fails if it is an example. */
export function showAnswer(
  { expression, table }: Pick<Settings, 'expression' | 'table'>,
  { text, terms, neighbours, shares }: ArithmeticAnswer,
): void {
  neighbourList().neighbours = neighbours;
  neighbourList().setAttribute('label', 'Nearest words, by cosine');
  const headline = headlineOf(terms);
  byId('answer').replaceChildren(
    make('span', { className: 'sum' }, headline),
    make('span', { className: 'near' }, ' is nearest to '),
    make('strong', {}, neighbours[0]?.word ?? 'nothing'),
  );
  const whole = byId<HTMLDetailsElement>('whole-sum');
  whole.hidden = headline === text;
  whole.querySelector('summary')!.textContent = `All ${grouped(terms.length)} words of the sum`;
  whole.querySelector('p')!.textContent = text;
  byId('read').hidden = isAsTyped(expression, text);
  byId('read').textContent = `Read as ${headline}.`;
  const variance = percent(shares[0]! + shares[1]!);
  byId('shares').textContent = `The two axes of the plane show ${variance} of the variance of these words.`;
  const example = examples.find(each => isAsTyped(each.expression, text));
  byId('why').textContent = example && table === 'words' ? example.why : '';
}

/** Removes the answer and the error, and shows a sentence instead. */
export function clearAnswer(sentence = ''): void {
  showError(undefined, 'expression-error');
  byId('answer').textContent = sentence;
  for (const id of ['why', 'shares']) byId(id).textContent = '';
  for (const id of ['read', 'lacking', 'whole-sum']) byId(id).hidden = true;
  neighbourList().neighbours = [];
  neighbourList().removeAttribute('label');
}
