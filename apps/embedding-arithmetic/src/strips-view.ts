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

/** Shows the numbers of the steps of families of pairs, and of the direction that the steps share. */
export function showSteps(families: readonly Family[], answer: FamiliesAnswer): void {
  const place = byId('strips');
  place.replaceChildren();
  place.hidden = false;
  for (const [i, { name, pairs }] of families.entries()) {
    const { steps, shared } = answer.families[i]!;
    const strips = stripsIn(place, `family-${i}`, `${name}: the numbers of each step`);
    strips.vectors = [
      ...pairs.map(([from, to], k) => ({ label: `${from} → ${to}`, values: steps[k]! })),
      { label: 'what they share', values: shared },
    ];
    strips.dimension = largestOf(shared);
  }
  byId('strips-note').textContent =
    'Each strip is a step, one word minus the other. A stripe through all of them is a number that every step changes ' +
    'the same way.';
}

/** The strips of this name, which are made if the place has none. */
function stripsIn(place: HTMLElement, name: string, label: string): HTMLElementTagNameMap['residual-vectors'] {
  const found = place.querySelector<HTMLElementTagNameMap['residual-vectors']>(`[data-name="${name}"]`);
  if (found) return found;
  const strips = make('residual-vectors', { className: name === 'sum' ? 'sum' : 'steps' });
  strips.dataset.name = name;
  strips.toggleAttribute('compare', true);
  strips.setAttribute('label', label);
  const heading = make('h3', {}, label);
  if (name === 'sum') place.replaceChildren(heading, strips);
  else place.append(heading, strips);
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
