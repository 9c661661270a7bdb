import { byId, make } from '@residual/appkit';
import type { NamedVector } from '@residual/elements';
import type { ArithmeticAnswer } from './computations.js';
import type { Family } from './families.js';
import type { FamiliesAnswer } from './family-computations.js';

/** More strips would fill the page. */
const maxStrips = 8;

/** Shows the numbers of the words of a sum, of the sum and of the nearest word as strips of colour; or nothing. */
export function showStrips(answer?: Pick<ArithmeticAnswer, 'terms' | 'numbers' | 'neighbours'>): void {
  const place = byId('strips');
  place.hidden = answer === undefined;
  byId('strips-note').textContent = '';
  if (!answer) return;
  const { terms, numbers, neighbours } = answer;
  const rows: NamedVector[] =
    terms.length > maxStrips
      ? []
      : terms.map((term, i) => ({
          label: labelOf(term, i),
          values: numbers.terms[i]!,
        }));
  if (terms.length > 1) rows.push({ label: '= sum', values: numbers.sum });
  if (numbers.nearest) rows.push({ label: neighbours[0]!.word, values: numbers.nearest });
  const strips = stripsIn(place, 'sum', `The ${numbers.sum.length} numbers of each word`);
  strips.vectors = rows;
  if (strips.dimension < 0) strips.dimension = largestOf(numbers.sum);
  const isSum = terms.length > 1 && terms.length <= maxStrips;
  const adds = isSum ? ' In each column the numbers of the words add up to the number of the sum.' : '';
  byId('strips-note').textContent = `Blue is above zero and orange below.${adds}`;
}

/**
 * Shows the numbers of the steps of a family of pairs and of the direction that the steps share; of several families
 * only these directions.
 */
export function showSteps(families: readonly Family[], answer: FamiliesAnswer): void {
  const place = byId('strips');
  place.hidden = false;
  const [first] = answer.families;
  const isOne = families.length === 1;
  const strips = stripsIn(
    place,
    'steps',
    isOne ? 'The 100 numbers of each step' : 'What the steps of each family share',
  );
  strips.vectors = isOne
    ? [
        ...families[0]!.pairs.map(([from, to], k) => ({ label: `${from} → ${to}`, values: first!.steps[k]! })),
        { label: 'what they share', values: first!.shared },
      ]
    : families.map(({ name }, i) => ({ label: name, values: answer.families[i]!.shared }));
  strips.dimension = largestOf(first!.shared);
  byId('strips-note').textContent = isOne
    ? 'Each strip is a step, one word minus the other. A stripe through all of them is a number that every step ' +
      'changes the same way.'
    : 'Each strip is the mean of the steps of a family, a direction. Other stripes mean another direction.';
}

/** The strips with this heading, which replace those with another one. */
function stripsIn(place: HTMLElement, name: string, heading: string): HTMLElementTagNameMap['residual-vectors'] {
  const found = place.querySelector('residual-vectors');
  if (found?.getAttribute('label') === heading) return found;
  const strips = make('residual-vectors', { className: name });
  strips.toggleAttribute('compare', true);
  strips.setAttribute('label', heading);
  place.replaceChildren(make('h3', {}, heading), strips);
  return strips;
}

function labelOf({ word, factor }: { readonly word: string; readonly factor: number }, index: number): string {
  const sign = factor < 0 ? '− ' : index > 0 ? '+ ' : '';
  return `${sign}${Math.abs(factor) === 1 ? '' : `${Math.abs(factor)} × `}${word}`;
}

/** The index of the number that is farthest from 0. */
function largestOf(values: ArrayLike<number>): number {
  const all = Array.from(values, Math.abs);
  return all.indexOf(Math.max(...all));
}
