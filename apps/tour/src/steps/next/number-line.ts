import { make, makeSvg, prefersStill } from '@residual/appkit';
import type { Choice } from '@residual/sampling';

/** A line from 0 to 1, cut into the shares of all tokens in the order of their ids, with a needle that falls on it. */
export interface NumberLine {
  readonly element: HTMLElement;
  show(all: readonly Choice[], textOf: (id: number) => string): void;
  /** Lets the needle fall on a number, and waits until it has arrived. */
  point(uniform: number): Promise<void>;
  /** Takes the needle away. */
  clear(): void;
}

/** Shares below this are not drawn one by one. */
const smallest = 0.002;
/** Shares above this carry their text. */
const labelled = 0.06;

/** Makes the line. */
export function numberLine(): NumberLine {
  const shares = makeSvg('svg', { viewBox: '0 0 1 1', preserveAspectRatio: 'none', 'aria-hidden': 'true' });
  const labels = make('div', { className: 'labels', ariaHidden: 'true' });
  const needle = make('i', { className: 'needle', hidden: true });
  const bar = make('div', { className: 'line' }, labels, needle);
  bar.prepend(shares);
  const ends = make('div', { className: 'ends', ariaHidden: 'true' }, make('span', {}, '0'), make('span', {}, '1'));
  return {
    element: make('div', { className: 'number-line' }, bar, ends),
    show: (all, textOf) => {
      needle.hidden = true;
      const spans = spansOf(all);
      shares.replaceChildren(
        ...spans.map(({ start, width }, i) =>
          makeSvg('rect', { x: start, y: 0, width, height: 1, class: `share-${i % 3}` }),
        ),
      );
      labels.replaceChildren(
        ...spans
          .filter(({ width }) => width > labelled)
          .map(({ id, start, width }) => {
            const label = make('span', {}, textOf(id).trim());
            [label.style.left, label.style.width] = [`${100 * start}%`, `${100 * width}%`];
            return label;
          }),
      );
    },
    point: async uniform => {
      needle.hidden = false;
      needle.style.left = `${100 * uniform}%`;
      const fall = [
        { transform: 'translateY(-2.5rem)', opacity: 0 },
        { transform: 'none', opacity: 1 },
      ];
      const still = prefersStill();
      await needle.animate(fall, { duration: still ? 0 : 550, easing: 'cubic-bezier(0.5, 0, 0.7, 1)' }).finished;
    },
    clear: () => {
      needle.hidden = true;
    },
  };
}

interface Span {
  readonly id: number;
  readonly start: number;
  readonly width: number;
}

/** The larger shares, each where the sum of the shares before it ends. */
function spansOf(all: readonly Choice[]): Span[] {
  let start = 0;
  const spans: Span[] = [];
  for (const { token, probability } of all.toSorted((one, other) => one.token - other.token)) {
    if (probability >= smallest) spans.push({ id: token, start, width: probability });
    start += probability;
  }
  return spans;
}
