import { fixed, make } from '@residual/appkit';

/** A word at a coordinate of a line. */
export interface WordAt {
  readonly word: string;
  readonly coordinate: number;
  /** How the coordinate is written; with three digits if absent. */
  readonly figure?: string;
}

/** The space between two words in a lane, and the height of a lane, in pixels. */
const [gap, laneHeight] = [7, 27];

/** The words of a line in their lanes, with the horizontal extent of each, in pixels. */
export interface Placement {
  readonly lane: number;
  readonly left: number;
  /** Where the dot is on the axis. */
  readonly x: number;
}

/** Places words of some widths at positions along a line: each in the lowest lane that is free, within the width. */
export function placeWords(
  words: readonly { readonly x: number; readonly width: number }[],
  width: number,
): Placement[] {
  const ends: number[] = [];
  const order = words.map((_, i) => i).sort((a, b) => words[a]!.x - words[b]!.x);
  const placed: Placement[] = [];
  for (const i of order) {
    const { x, width: own } = words[i]!;
    const left = Math.max(0, Math.min(width - own, x - own / 2));
    let lane = ends.findIndex(end => end + gap <= left);
    if (lane < 0) lane = ends.length;
    ends[lane] = left + own;
    placed[i] = { lane, left, x };
  }
  return placed;
}

/** Words along a line, in lanes above it; they slide when their coordinates change. */
export class WordLine {
  private words: readonly WordAt[] = [];
  private readonly items = new Map<string, HTMLElement>();

  constructor(private readonly list: HTMLElement) {
    let width = 0;
    new ResizeObserver(() => {
      if (list.clientWidth !== width) this.layOut();
      width = list.clientWidth;
    }).observe(list);
  }

  /** Shows words, lowest first; a word at the middle of the range of coordinates is in the middle. */
  show(words: readonly WordAt[]): void {
    this.words = words;
    const shown = new Set(words.map(({ word }) => word));
    for (const word of this.items.keys()) if (!shown.has(word)) this.items.delete(word);
    this.list.replaceChildren(...words.map(each => this.item(each)));
    this.layOut();
  }

  private item({ word, coordinate, figure = fixed(coordinate, 3) }: WordAt): HTMLElement {
    const item =
      this.items.get(word) ??
      make('li', {}, make('i'), make('span', { className: 'word' }, word), make('span', { className: 'figure' }));
    this.items.set(word, item);
    item.querySelector('.figure')!.textContent = figure;
    item.dataset.side = coordinate < 0 ? 'low' : 'high';
    return item;
  }

  private layOut(): void {
    const { clientWidth } = this.list;
    if (this.words.length === 0) this.list.removeAttribute('data-zero');
    if (clientWidth === 0 || this.words.length === 0) return;
    const coordinates = this.words.map(({ coordinate }) => coordinate);
    const [low, high] = [Math.min(...coordinates), Math.max(...coordinates)];
    const margin = 12;
    const xOf = (coordinate: number) =>
      margin + (clientWidth - 2 * margin) * (high > low ? (coordinate - low) / (high - low) : 0.5);
    this.list.toggleAttribute('data-zero', low < 0 && high > 0);
    this.list.style.setProperty('--zero', `${xOf(0).toFixed(1)}px`);
    const items = this.words.map(({ word }) => this.items.get(word)!);
    const labels = items.map(item => item.querySelector<HTMLElement>('.word')!);
    const placed = placeWords(
      coordinates.map((coordinate, i) => ({
        x: xOf(coordinate),
        width: labels[i]!.offsetWidth,
      })),
      clientWidth,
    );
    const lanes = Math.max(...placed.map(({ lane }) => lane)) + 1;
    const height = lanes * laneHeight + 12;
    this.list.style.height = `${height}px`;
    for (const [i, { lane, left, x }] of placed.entries()) {
      const top = height - 12 - (lane + 1) * laneHeight;
      labels[i]!.style.transform = `translate(${left.toFixed(1)}px, ${top}px)`;
      const stem = items[i]!.querySelector('i')!;
      stem.style.transform = `translateX(${x.toFixed(1)}px)`;
      stem.style.top = `${top + laneHeight - 4}px`;
    }
  }
}
