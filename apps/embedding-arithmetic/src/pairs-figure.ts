import { fixed, makeSvg } from '@residual/appkit';
import type { PairAlong } from '@residual/word-vectors';

const [height, margin] = [220, 14];
/** The largest number of pairs that are named. */
const maxNamed = 4;

/**
 * Pairs of words as arrows from the first word's coordinate to the second's, the longest step first: those that point
 * up follow the direction. The pointer, or Tab and the arrow keys, read a pair.
 */
export class PairsFigure {
  private pairs: readonly PairAlong[] = [];
  private selected = -1;
  private readonly picture = makeSvg('svg', { height, 'aria-hidden': 'true' });

  constructor(
    private readonly place: HTMLElement,
    private readonly reading: HTMLElement,
  ) {
    place.append(this.picture);
    let width = 0;
    new ResizeObserver(() => {
      if (place.clientWidth !== width) this.draw();
      width = place.clientWidth;
    }).observe(place);
    place.addEventListener('pointermove', event => this.point(event));
    place.addEventListener('pointerdown', event => this.point(event));
    place.addEventListener('keydown', event => {
      const to = { ArrowRight: this.selected + 1, ArrowLeft: this.selected - 1, Home: 0, End: this.pairs.length - 1 }[
        event.key
      ];
      if (to === undefined) return;
      event.preventDefault();
      this.select(Math.max(0, Math.min(this.pairs.length - 1, to)));
    });
  }

  show(pairs: readonly PairAlong[]): void {
    this.pairs = [...pairs].sort((a, b) => b.to - b.from - (a.to - a.from));
    this.place.hidden = pairs.length === 0;
    this.draw();
    this.select(-1);
  }

  private select(index: number): void {
    this.selected = index;
    for (const [i, arrow] of [...this.picture.querySelectorAll('path')].entries())
      arrow.classList.toggle('selected', i === index);
    const pair = this.pairs[index];
    this.reading.textContent = pair ? sentenceOf(pair) : overview(this.pairs);
    this.place.setAttribute('aria-valuemax', `${Math.max(0, this.pairs.length - 1)}`);
    this.place.setAttribute('aria-valuenow', `${Math.max(0, index)}`);
    this.place.setAttribute('aria-valuetext', pair ? sentenceOf(pair) : `${this.pairs.length} pairs`);
  }

  private point({ clientX }: PointerEvent): void {
    const { left, width } = this.place.getBoundingClientRect();
    const index = Math.floor(((clientX - left - margin) / (width - 2 * margin)) * this.pairs.length);
    if (this.pairs[index] && index !== this.selected) this.select(index);
  }

  private draw(): void {
    const width = this.place.clientWidth;
    if (width === 0 || this.pairs.length === 0) return;
    const all = this.pairs.flatMap(({ from, to }) => [from, to]);
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const y = (coordinate: number) =>
      height - margin - ((height - 2 * margin) * (coordinate - low)) / (high - low || 1);
    const column = (width - 2 * margin) / this.pairs.length;
    this.picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.picture.replaceChildren(
      makeSvg('line', { x1: 0, x2: width, y1: y(0), y2: y(0), class: 'zero' }),
      ...this.pairs.map(({ from, to, holds }, i) => {
        const x = margin + column * (i + 0.5);
        const arrow = makeSvg('path', { d: arrowPath(x, y(from), y(to), column), pathLength: 1 });
        if (!holds) arrow.classList.add('wrong');
        arrow.style.setProperty('--delay', `${(600 * i) / this.pairs.length}ms`);
        return arrow;
      }),
    );
  }
}

/** A vertical arrow whose head fits its column. */
function arrowPath(x: number, from: number, to: number, column: number): string {
  const size = Math.min(5, column * 0.42, Math.abs(to - from));
  const back = to + (to < from ? size : -size);
  return `M${x} ${from}L${x} ${to}L${x - size} ${back}M${x} ${to}L${x + size} ${back}`;
}

/** The pairs that point down, as a sentence. */
function overview(pairs: readonly PairAlong[]): string {
  const wrong = pairs.filter(({ holds }) => !holds).map(({ pair: [from, to] }) => `${from} → ${to}`);
  const named = wrong.length > maxNamed ? [...wrong.slice(-maxNamed), `${wrong.length - maxNamed} more`] : wrong;
  const down = named.length === 0 ? '' : `Against the direction: ${new Intl.ListFormat('en').format(named)}. `;
  return `${down}Point at an arrow to read its pair.`;
}

const sentenceOf = ({ pair: [from, to], from: start, to: end, holds }: PairAlong): string =>
  `${from} ${fixed(start, 2)} → ${to} ${fixed(end, 2)}${holds ? '' : ': against the direction'}`;
