import { fixed, make, makeSvg } from '@residual/appkit';

/** What the grid shows: scores [length, length]. */
export interface Scores {
  readonly texts: readonly string[];
  readonly scores: Float32Array;
  readonly asking: number;
  readonly leak: boolean;
}

/** The dot products of all queries with all keys; the mask hides those to the right of the diagonal. */
export function scoreGrid(choose: (query: number) => void) {
  const svg = makeSvg('svg', { class: 'score-grid', role: 'img' });
  const reading = make('p', { className: 'note reading' });
  const element = make('div', {}, svg, reading);
  let read = (_query: number, _key: number) => {};
  const cellOf = (event: Event) => {
    const cell = (event.target as Element).closest('rect');
    return cell?.dataset.query === undefined ? undefined : [Number(cell.dataset.query), Number(cell.dataset.key)];
  };
  svg.addEventListener('pointerover', event => {
    const cell = cellOf(event);
    if (cell) read(cell[0]!, cell[1]!);
  });
  svg.addEventListener('click', event => {
    const cell = cellOf(event);
    if (cell) choose(cell[0]!);
  });
  return {
    element,
    show: ({ texts, scores, asking, leak }: Scores): void => {
      const length = texts.length;
      const isSeen = (query: number, key: number) => leak || key <= query;
      const seen = [...scores].filter((_, i) => isSeen(Math.floor(i / length), i % length));
      const scale = Math.max(...seen.map(Math.abs));
      svg.setAttribute('viewBox', `0 0 ${length} ${length}`);
      const [least, most] = [Math.min(...seen), Math.max(...seen)].map(score => fixed(score, 2));
      svg.setAttribute(
        'aria-label',
        `Dot products of ${length} queries and ${length} keys, from ${least} to ${most}; ` +
          (leak ? 'none is hidden.' : 'those of later keys are hidden by the mask.'),
      );
      const cells = Array.from(scores, (score, i) => {
        const [query, key] = [Math.floor(i / length), i % length];
        const name = !isSeen(query, key) ? 'masked' : score < 0 ? 'negative' : 'positive';
        const cell = makeSvg('rect', { x: key + 0.04, y: query + 0.04, width: 0.92, height: 0.92, class: name });
        if (name !== 'masked') cell.setAttribute('fill-opacity', String(Math.sqrt(Math.abs(score) / scale)));
        cell.dataset.query = String(query);
        cell.dataset.key = String(key);
        return cell;
      });
      const frame = makeSvg('rect', { x: 0, y: asking, width: leak ? length : asking + 1, height: 1, class: 'row' });
      svg.replaceChildren(...cells, frame);
      read = (query, key) => {
        const score = isSeen(query, key) ? fixed(scores[query * length + key]!, 2) : '−∞, hidden by the mask';
        reading.textContent = `query of “${texts[query]}” · key of “${texts[key]}”: ${score}`;
      };
      read(asking, Math.max(0, asking - 1));
    },
  };
}
