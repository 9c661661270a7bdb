import { makeSvg } from '@residual/appkit';
import { type Box, labelBox } from './map-labels.js';
import type { SentenceMap } from './sentence-computations.js';

type Point = readonly [x: number, y: number];

/** What a plot of sentences shows. */
export interface SentenceDrawing {
  readonly sentences: readonly string[];
  readonly points: SentenceMap['points'];
  /** The sentence that is chosen, and those that are nearest to it. */
  readonly chosen: number;
  readonly near: readonly number[];
}

/** The distance of the outermost dots from the edge, in pixels. */
const margin = 34;

/** The picture of sentences as dots in a plane, each labelled where there is room. */
export class SentencePlot {
  private drawing: SentenceDrawing | undefined;
  private readonly lines = makeSvg('g');
  private readonly dots = makeSvg('g');
  /** The group of each sentence, which moves to its new place. */
  private groups = new Map<string, SVGGElement>();
  private readonly pen = document.createElement('canvas').getContext('2d')!;

  constructor(
    private readonly picture: SVGElement,
    choose: (sentence: string) => void,
  ) {
    picture.append(this.lines, this.dots);
    new ResizeObserver(() => this.draw()).observe(picture);
    picture.addEventListener('click', ({ target }) => {
      const { sentence } = (target as Element).closest<SVGGElement>('g[data-sentence]')?.dataset ?? {};
      if (sentence !== undefined) choose(sentence);
    });
  }

  /** Shows sentences; undefined a sketch of what will be seen. */
  show(drawing: SentenceDrawing | undefined): void {
    this.drawing = drawing;
    this.draw();
  }

  private draw(): void {
    const { clientWidth: width, clientHeight: height } = this.picture;
    if (width === 0) return;
    this.picture.setAttribute('viewBox', `0 0 ${width} ${height}`);
    this.picture.classList.toggle('sketch', this.drawing === undefined);
    const { sentences, points, chosen, near } = this.drawing ?? sketch;
    const pixels = inPixels(points, width, height);
    const before = this.groups;
    this.groups = new Map(sentences.map(sentence => [sentence, before.get(sentence) ?? groupOf(sentence)]));
    this.dots.replaceChildren(...this.groups.values());
    for (const [row, sentence] of sentences.entries()) {
      const group = this.groups.get(sentence)!;
      const [x, y] = pixels[row]!;
      group.style.transform = `translate(${x.toFixed(1)}px, ${y.toFixed(1)}px)`;
      group.setAttribute('class', row === chosen ? 'chosen' : near.includes(row) ? 'near' : '');
    }
    const [x1, y1] = pixels[chosen] ?? [0, 0];
    this.lines.replaceChildren(
      ...near.map(row => makeSvg('line', { x1, y1, x2: pixels[row]![0], y2: pixels[row]![1] })),
    );
    this.writeLabels(pixels, { width, height });
  }

  /** Writes the sentences beside their dots: the chosen one and its neighbours first. */
  private writeLabels(pixels: readonly Point[], screen: { readonly width: number; readonly height: number }): void {
    const { sentences, chosen, near } = this.drawing ?? sketch;
    const occupied = pixels.map(([x, y]): Box => [x - 7, y - 7, x + 7, y + 7]);
    const first = [chosen, ...near].filter(row => row >= 0);
    const { fontFamily } = getComputedStyle(this.picture);
    for (const row of new Set([...first, ...sentences.keys()])) {
      const group = this.groups.get(sentences[row]!)!;
      const label = group.querySelector('text')!;
      this.pen.font = `${row === chosen ? 650 : 450} 13px ${fontFamily}`;
      const [x, y] = pixels[row]!;
      const others = occupied.filter((_, other) => other !== row);
      const lengths = screen.width < 500 ? [24, 14] : [42, 26, 16];
      let box: Box | undefined;
      for (const length of lengths) {
        label.textContent = shortened(sentences[row]!, length);
        const width = this.pen.measureText(label.textContent).width + 2;
        box = labelBox([x, y], width, screen, others, row === chosen && length === lengths.at(-1));
        if (box) break;
      }
      label.setAttribute('visibility', box ? 'visible' : 'hidden');
      if (!box) continue;
      occupied.push(box);
      label.setAttribute('x', (box[0] - x).toFixed(1));
      label.setAttribute('y', (box[1] - y + 14).toFixed(1));
    }
  }
}

/** Four groups of dots: no vectors of a model. */
const sketch: SentenceDrawing = {
  sentences: Array.from({ length: 16 }, (_, i) => ' '.repeat(i + 1)),
  points: Float32Array.from(
    Array.from({ length: 16 }, (_, i) => [
      (i % 4 < 2 ? -1 : 1) + 0.3 * Math.sin(5 * i),
      (i % 2 === 0 ? -1 : 1) + 0.35 * Math.cos(3 * i),
    ]).flat(),
  ),
  chosen: -1,
  near: [],
};

/** A dot with a larger circle around it for fingers, its label, and the whole sentence for the pointer. */
function groupOf(sentence: string): SVGGElement {
  const group = makeSvg('g');
  group.dataset.sentence = sentence;
  group.append(
    makeSvg('circle', { r: 14, class: 'around' }),
    makeSvg('circle', { r: 5 }),
    makeSvg('text'),
    makeSvg('title', {}, sentence.trim()),
  );
  return group;
}

/** The dots on the picture; each axis fills it, because the axes of a map of meaning have no unit. */
function inPixels(points: Float32Array, width: number, height: number): Point[] {
  const along = (axis: 0 | 1, size: number) => {
    const values = Array.from({ length: points.length / 2 }, (_, row) => points[2 * row + axis]!);
    const [low, high] = [Math.min(...values), Math.max(...values)];
    const scale = high - low < 1e-9 ? 0 : (size - 2 * margin) / (high - low);
    return values.map(value => size / 2 + (value - (low + high) / 2) * scale);
  };
  const [xs, ys] = [along(0, width), along(1, height)];
  return xs.map((x, row): Point => [x, height - ys[row]!]);
}

/** A sentence with at most `length` characters, cut at a word. */
export function shortened(sentence: string, length: number): string {
  if (sentence.length <= length) return sentence;
  const cut = sentence.slice(0, length);
  const end = cut.lastIndexOf(' ');
  return `${cut.slice(0, end > length / 2 ? end : length).trimEnd()}…`;
}
