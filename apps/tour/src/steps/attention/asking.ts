import { fixed, make, makeSvg } from '@residual/appkit';
import { moveByArrows } from './arrow-choice.js';
import { largestOf, type Strip, stripOf } from './strip.js';

/** The vectors and scores of one head. */
export interface HeadVectors {
  readonly headDim: number;
  /** The queries and the outputs, [queryLen, headDim]. */
  readonly query: Float32Array;
  readonly output: Float32Array;
  /** The keys and the values, [keyLen, headDim]. */
  readonly key: Float32Array;
  readonly value: Float32Array;
  /** query · key / √headDim, [queryLen, keyLen]. */
  readonly scores: Float32Array;
}

/** What the table shows. */
export interface Question {
  /** The texts of the keys. */
  readonly texts: readonly string[];
  readonly head: HeadVectors;
  /** The attention weights of the head, [queryLen, keyLen]. */
  readonly weights: Float32Array;
  /** The index of the query. */
  readonly asking: number;
  readonly queryName: string;
  /** How many keys the mask leaves; all if absent. */
  readonly unmasked?: number;
}

interface Row {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly key: Strip;
  readonly value: Strip;
  readonly score: HTMLElement;
  readonly fill: HTMLElement;
  readonly share: HTMLElement;
}

/**
 * The question of one query: for each token the key, their dot product, the weight after the softmax and the value;
 * arcs lead to the tokens that it attends to. With `choose` the query is that of one of the tokens: they are buttons,
 * and `choose` is called with another one. Otherwise the query is that of another text, and the arcs come from above.
 */
export function askingTable(id: string, label: string, choose?: (token: number) => void) {
  const query = stripOf('query');
  const output = stripOf('value');
  const [queryName, outputName] = [make('b'), make('b', {}, 'the values, added up by their shares')];
  const arcs = makeSvg('svg', { class: 'arcs', 'aria-hidden': 'true' });
  const list = make('ol', { className: 'asking', id });
  list.setAttribute('aria-label', label);
  const score = make('span', { className: 'score' });
  const element = make(
    'div',
    { className: 'question' },
    make('div', { className: 'vector' }, queryName, query.canvas),
    headings(score),
    make('div', { className: 'asking-body' }, arcs, list),
    make('div', { className: 'vector' }, outputName, output.canvas),
  );
  let rows: Row[] = [];
  let drawArcs = () => {};
  new ResizeObserver(() => drawArcs()).observe(list);
  if (choose) moveByArrows(list, choose);
  return {
    element,
    show: ({ texts, head, weights, asking, queryName: name, unmasked = texts.length }: Question): void => {
      const length = texts.length;
      if (rows.length !== length) {
        rows = texts.map((_, i) => rowOf(choose && (() => choose(i))));
        list.replaceChildren(...rows.map(({ element }) => element));
      }
      const part = (of: Float32Array, i: number) => of.subarray(i * head.headDim, (i + 1) * head.headDim);
      const [keyScale, valueScale] = [largestOf(head.key), largestOf(head.value)];
      [queryName.textContent, score.textContent] = [name, `q · k / √${head.headDim}`];
      query.show(part(head.query, asking), largestOf(head.query));
      output.show(part(head.output, asking), valueScale);
      const ofAsking = weights.subarray(asking * length, (asking + 1) * length);
      for (const [i, row] of rows.entries()) {
        const isMasked = i >= unmasked;
        row.name.textContent = texts[i]!;
        if (choose) {
          row.name.setAttribute('aria-pressed', String(i === asking));
          row.name.tabIndex = i === asking ? 0 : -1;
        }
        row.element.classList.toggle('hidden-by-mask', isMasked);
        row.key.show(part(head.key, i), keyScale);
        row.value.show(part(head.value, i), valueScale);
        row.score.textContent = isMasked ? '−∞' : fixed(head.scores[asking * length + i]!, 2);
        row.fill.style.width = `${100 * ofAsking[i]!}%`;
        row.share.textContent = isMasked ? 'later' : `${(100 * ofAsking[i]!).toFixed(1)}%`;
        row.value.canvas.style.opacity = String(isMasked ? 0 : 0.15 + 0.85 * Math.sqrt(ofAsking[i]!));
      }
      drawArcs = () => paintArcs(arcs, rows, ofAsking, choose ? asking : undefined);
      drawArcs();
    },
  };
}

/** The names of the columns. */
function headings(score: HTMLElement): HTMLElement {
  const cell = (className: string, name: string) => make('span', { className }, name);
  return make(
    'div',
    { className: 'asking-head', ariaHidden: 'true' },
    cell('arcs', ''),
    cell('name', 'token'),
    cell('key', 'its key'),
    score,
    cell('share', 'softmax'),
    cell('value', 'its value'),
  );
}

function rowOf(choose: (() => void) | undefined): Row {
  const name = choose ? make('button', { type: 'button', className: 'name' }) : make('span', { className: 'name' });
  if (choose) name.addEventListener('click', choose);
  const [key, value] = [stripOf('key'), stripOf('value')];
  const score = make('span', { className: 'score' });
  const fill = make('i');
  const share = make('b');
  const bar = make('span', { className: 'share' }, make('span', { className: 'bar' }, fill), share);
  const element = make('li', {}, make('span', { className: 'arcs' }), name, key.canvas, score, bar, value.canvas);
  return { element, name, key, value, score, fill, share };
}

/** Arcs from the token that asks, or from above, to the others, as wide as their weights. */
function paintArcs(arcs: SVGSVGElement, rows: readonly Row[], weights: Float32Array, asking?: number): void {
  const { height } = arcs.getBoundingClientRect();
  const width = arcs.clientWidth || 56;
  arcs.setAttribute('viewBox', `0 0 ${width} ${Math.max(1, height)}`);
  const top = arcs.getBoundingClientRect().top;
  const middle = (i: number) => {
    const box = rows[i]!.name.getBoundingClientRect();
    return box.top + box.height / 2 - top;
  };
  const to = asking === undefined ? 0 : middle(asking);
  const pathFrom = (from: number) => {
    if (asking === undefined) return `M4 0C4 ${from} ${0.25 * width} ${from} ${width - 2} ${from}`;
    const reach = width - 6 - Math.min(width - 10, 14 + Math.abs(to - from) * 0.3);
    return `M${width} ${from}C${reach} ${from} ${reach} ${to} ${width} ${to}`;
  };
  const paths = rows.flatMap((_, i) => {
    const weight = weights[i]!;
    if (weight < 0.01) return [];
    const from = middle(i);
    if (i === asking) return [makeSvg('circle', { cx: width - 3, cy: to, r: 1.5 + 5 * weight, class: 'arc self' })];
    return [makeSvg('path', { d: pathFrom(from), class: 'arc', 'stroke-width': 0.75 + 9 * weight, pathLength: 1 })];
  });
  arcs.replaceChildren(...paths);
}
