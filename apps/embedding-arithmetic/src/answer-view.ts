import { byId, grouped, make, percent, showError } from '@residual/appkit';
import { analogyTerms } from './arrows.js';
import type { ArithmeticAnswer } from './computations.js';
import { examples } from './examples.js';
import { headlineOf, isAsTyped } from './reading.js';
import type { Settings } from './settings.js';
import { showStrips } from './strips-view.js';

/** The list of the nearest words. */
export const neighbourList = (): HTMLElementTagNameMap['residual-neighbours'] => byId('neighbours');

/** Shows the answer to an expression: the sum, the nearest words, and why it works or fails if it is an example. */
export function showAnswer(
  { expression, table }: Pick<Settings, 'expression' | 'table'>,
  answer: ArithmeticAnswer,
): void {
  const { text, terms, neighbours } = answer;
  neighbourList().neighbours = neighbours;
  neighbourList().setAttribute('label', 'Nearest words, by cosine');
  const headline = headlineOf(terms);
  // The sum is in the field already; a screen reader hears all of it.
  byId('answer').replaceChildren(
    make('span', { className: 'sum unseen' }, headline),
    make('span', { className: 'near' }, ' is nearest to '),
    make('strong', {}, neighbours[0]?.word ?? 'nothing'),
  );
  const whole = byId<HTMLDetailsElement>('whole-sum');
  whole.hidden = headline === text;
  whole.querySelector('summary')!.textContent = `All ${grouped(terms.length)} words of the sum`;
  whole.querySelector('p')!.textContent = text;
  byId('read').hidden = isAsTyped(expression, text);
  byId('read').textContent = `Read as ${headline}.`;
  byId('shares').textContent = mapSentence(answer);
  showStrips(answer);
  const example = examples.find(each => isAsTyped(each.expression, text));
  byId('why').textContent = example && table === 'words' ? example.why : '';
}

/** What the arrows on the map are, and how much of the words their plane shows. */
function mapSentence({ terms, shares }: ArithmeticAnswer): string {
  const [a, b, c] = analogyTerms(terms) ?? [];
  const arrows =
    a && b && c
      ? `The dark arrow is the step from ${b.word} to ${a.word}. The blue one is the same step from ${c.word}. `
      : '';
  return `${arrows}The plane shows ${percent(shares[0]! + shares[1]!)} of what differs between these words.`;
}

/** Removes the answer and the error, and shows a sentence instead. */
export function clearAnswer(sentence = ''): void {
  showError(undefined, 'expression-error');
  byId('answer').textContent = sentence;
  for (const id of ['why', 'shares']) byId(id).textContent = '';
  for (const id of ['read', 'lacking', 'whole-sum']) byId(id).hidden = true;
  showStrips();
  neighbourList().neighbours = [];
  neighbourList().removeAttribute('label');
}
