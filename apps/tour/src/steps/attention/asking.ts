import { arrowDirection, fixed, make, makeSvg } from '@residual/appkit';
import type { HeadOutput } from './calls.js';
import { largestOf, type Strip, stripOf } from './strip.js';

/** What the table shows. */
export interface Question {
  readonly texts: readonly string[];
  readonly head: HeadOutput;
  /** The attention weights of the head, [length, length]. */
  readonly weights: Float32Array;
  /** The token that asks. */
  readonly asking: number;
  readonly leak: boolean;
}

interface Row {
  readonly element: HTMLElement;
  readonly button: HTMLButtonElement;
  readonly key: Strip;
  readonly value: Strip;
  readonly score: HTMLElement;
  readonly fill: HTMLElement;
  readonly share: HTMLElement;
}

/**
 * The question of one token: its query, and for each token the key, their dot product, the weight after the softmax
 * and the value; arcs lead from the token to those that it attends to. `choose` is called with another token.
 */
export function askingTable(choose: (token: number) => void) {
  const query = stripOf('query');
  const output = stripOf('value');
  const [queryName, outputName] = [make('b'), make('b')];
  const arcs = makeSvg('svg', { class: 'arcs', 'aria-hidden': 'true' });
  const list = make('ol', { className: 'asking', id: 'asking' });
  list.setAttribute('aria-label', 'Tokens: choose the one that asks');
  const element = make(
    'div',
    { className: 'question' },
    make('div', { className: 'vector' }, queryName, query.canvas),
    headings(),
    make('div', { className: 'asking-body' }, arcs, list),
    make('div', { className: 'vector' }, outputName, output.canvas),
  );
  let rows: Row[] = [];
  let drawArcs = () => {};
  new ResizeObserver(() => drawArcs()).observe(list);
  list.addEventListener('keydown', event => {
    const [right, up] = arrowDirection(event.key) ?? [0, 0];
    const from = rows.findIndex(({ button }) => button === document.activeElement);
    const to = from + right - up;
    if (from < 0 || to === from || !rows[to]) return;
    event.preventDefault();
    rows[to].button.focus();
    choose(to);
  });
  return {
    element,
    show: ({ texts, head, weights, asking, leak }: Question): void => {
      const length = texts.length;
      if (rows.length !== length) {
        rows = texts.map((_, i) => rowOf(() => choose(i)));
        list.replaceChildren(...rows.map(({ element }) => element));
      }
      const part = (of: Float32Array, i: number) => of.subarray(i * head.headDim, (i + 1) * head.headDim);
      const [keyScale, valueScale] = [largestOf(head.key), largestOf(head.value)];
      queryName.textContent = `the query of “${texts[asking]}”`;
      query.show(part(head.query, asking), largestOf(head.query));
      outputName.textContent = 'the values, added up by their shares';
      output.show(part(head.output, asking), valueScale);
      const ofAsking = weights.subarray(asking * length, (asking + 1) * length);
      for (const [i, row] of rows.entries()) {
        const isHidden = i > asking && !leak;
        row.button.textContent = texts[i]!;
        row.button.setAttribute('aria-pressed', String(i === asking));
        row.button.tabIndex = i === asking ? 0 : -1;
        row.element.classList.toggle('hidden-by-mask', isHidden);
        row.key.show(part(head.key, i), keyScale);
        row.value.show(part(head.value, i), valueScale);
        row.score.textContent = isHidden ? '−∞' : fixed(head.scores[asking * length + i]!, 2);
        row.fill.style.width = `${100 * ofAsking[i]!}%`;
        row.share.textContent = isHidden ? 'later' : `${(100 * ofAsking[i]!).toFixed(1)}%`;
        row.value.canvas.style.opacity = String(isHidden ? 0 : 0.15 + 0.85 * Math.sqrt(ofAsking[i]!));
      }
      drawArcs = () => paintArcs(arcs, rows, ofAsking, asking);
      drawArcs();
    },
  };
}

/** The names of the columns. */
function headings(): HTMLElement {
  const names = { arcs: '', name: 'token', key: 'its key', score: 'q · k / √64', share: 'softmax', value: 'its value' };
  const cells = Object.entries(names).map(([className, name]) => make('span', { className }, name));
  return make('div', { className: 'asking-head', ariaHidden: 'true' }, ...cells);
}

function rowOf(choose: () => void): Row {
  const button = make('button', { type: 'button', className: 'name' });
  button.addEventListener('click', choose);
  const [key, value] = [stripOf('key'), stripOf('value')];
  const score = make('span', { className: 'score' });
  const fill = make('i');
  const share = make('b');
  const bar = make('span', { className: 'share' }, make('span', { className: 'bar' }, fill), share);
  const element = make('li', {}, make('span', { className: 'arcs' }), button, key.canvas, score, bar, value.canvas);
  return { element, button, key, value, score, fill, share };
}

/** Arcs from the token that asks to the others, as wide as their weights. */
function paintArcs(arcs: SVGSVGElement, rows: readonly Row[], weights: Float32Array, asking: number): void {
  const { height } = arcs.getBoundingClientRect();
  const width = arcs.clientWidth || 56;
  arcs.setAttribute('viewBox', `0 0 ${width} ${Math.max(1, height)}`);
  const top = arcs.getBoundingClientRect().top;
  const middle = (i: number) => {
    const box = rows[i]!.button.getBoundingClientRect();
    return box.top + box.height / 2 - top;
  };
  const to = middle(asking);
  const paths = rows.flatMap((_, i) => {
    const weight = weights[i]!;
    if (weight < 0.01) return [];
    const from = middle(i);
    if (i === asking) return [makeSvg('circle', { cx: width - 3, cy: to, r: 1.5 + 5 * weight, class: 'arc self' })];
    const reach = width - 6 - Math.min(width - 10, 14 + Math.abs(to - from) * 0.3);
    const d = `M${width} ${from}C${reach} ${from} ${reach} ${to} ${width} ${to}`;
    return [makeSvg('path', { d, class: 'arc', 'stroke-width': 0.75 + 9 * weight, pathLength: 1 })];
  });
  arcs.replaceChildren(...paths);
}
