import { byId, isUnsure, make, makeSvg, onColourScheme, perFrame, prefersStill } from '@residual/appkit';
import { paletteOf } from './colours.js';
import { heardSpan, type Span } from './heard-span.js';
import type { HeardWord } from './heard-words.js';
import { drawPicture } from './picture.js';
import { placeWords } from './place-words.js';
import { ribbonPath } from './ribbon-path.js';
import { frameRate, type Spectrum, spectrumOf } from './spectrum.js';

/** CSS pixels of a second. */
const scale = 170;

/** CSS pixels of the picture and of the ribbons below it. */
const [pictureHeight, ribbonHeight] = [176, 72];

/** CSS pixels between two words. */
const gap = 10;

/** The sound as a picture with its words below, at the time at which each was said. */
export interface Timeline {
  /** Shows another sound, without words. */
  clear(): void;
  /** Adds samples at its end; `isWhole`: nothing comes after them. */
  push(samples: Float32Array, isWhole: boolean): void;
  /** Shows words. */
  write(words: readonly HeardWord[]): void;
  /** Marks a word and scrolls to it, or none. */
  choose(index: number | undefined): void;
  /** Shows where the sound is played; undefined hides the mark. */
  playAt(seconds: number | undefined): void;
  /** Scrolls to the end, where new sound arrives. */
  follow(): void;
  /** Scrolls back to the last word where a silence behind it has taken it out of sight. */
  followWords(): void;
}

/** Wires the timeline; `onWord` is called with the word that is clicked. */
export function timeline(onWord: (index: number) => void): Timeline {
  const scroller = byId('timeline');
  const track = make('div', { className: 'track' });
  const view = make('div', { className: 'view' });
  const canvas = make('canvas');
  const ribbons = makeSvg('svg', { class: 'ribbons' });
  const row = make('div', { className: 'said' });
  const head = make('i', { className: 'head', hidden: true });
  view.append(canvas, ribbons, row, head);
  track.append(view);
  scroller.replaceChildren(track);
  scroller.tabIndex = 0; // what scrolls can be reached by keys
  scroller.style.setProperty('--picture', `${pictureHeight}px`);
  scroller.style.setProperty('--ribbons', `${ribbonHeight}px`);

  let spectrum: Spectrum = spectrumOf();
  let palette = paletteOf(scroller);
  let words: readonly HeardWord[] = [];
  let spans: readonly Span[] = [];
  let widths: readonly number[] = [];
  let lefts: readonly number[] = [];
  let chosen: number | undefined;
  let playhead: number | undefined;

  const draw = perFrame(() => {
    const { scrollLeft, clientWidth } = scroller;
    const start = scrollLeft / scale;
    drawPicture(canvas, { spectrum, palette, start, scale, width: clientWidth, height: pictureHeight });
    const layout = { words, spans, widths, lefts, chosen, from: scrollLeft, width: clientWidth };
    drawWords(row, ribbons, layout, onWord);
    head.hidden = playhead === undefined;
    if (playhead !== undefined) head.style.left = `${playhead * scale - scrollLeft}px`;
  });

  const resize = () => {
    const end = lefts.length === 0 ? 0 : lefts.at(-1)! + widths.at(-1)!;
    track.style.width = `${Math.max((spectrum.frames / frameRate) * scale, end)}px`;
    draw();
  };

  const write = (next: readonly HeardWord[]) => {
    words = next;
    spans = words.map(heardSpan);
    widths = measured(row, words);
    lefts = placeWords(
      spans.map(({ start, end }, i) => ({ middle: ((start + end) / 2) * scale, width: widths[i]! })),
      gap,
    );
    resize();
  };

  const scrollTo = (left: number) => scroller.scrollTo({ left, behavior: prefersStill() ? 'instant' : 'smooth' });

  scroller.addEventListener('scroll', () => draw());
  new ResizeObserver(() => draw()).observe(scroller);
  onColourScheme(() => {
    palette = paletteOf(scroller);
    draw();
  });

  return {
    clear: () => {
      spectrum = spectrumOf();
      [chosen, playhead] = [undefined, undefined];
      scroller.scrollTo({ left: 0, behavior: 'instant' });
      write([]);
    },
    push: (samples, isWhole) => {
      spectrum.push(samples);
      if (isWhole) spectrum.finish();
      resize();
    },
    write,
    choose: index => {
      chosen = index;
      draw();
      if (index === undefined || !words[index]) return;
      const { scrollLeft, clientWidth } = scroller;
      const [left, right] = [lefts[index]!, lefts[index]! + widths[index]!];
      if (left < scrollLeft + 20 || right > scrollLeft + clientWidth - 20) scrollTo(left - clientWidth / 2);
    },
    playAt: seconds => {
      playhead = seconds;
      const { scrollLeft, clientWidth } = scroller;
      const at = (seconds ?? 0) * scale;
      if (seconds !== undefined && (at < scrollLeft || at > scrollLeft + 0.85 * clientWidth))
        scroller.scrollTo({ left: at - 0.15 * clientWidth, behavior: 'instant' });
      draw();
    },
    follow: () => scroller.scrollTo({ left: track.offsetWidth, behavior: 'instant' }),
    followWords: () => {
      const [left = 0, width = 0] = [lefts.at(-1), widths.at(-1)];
      if (left < scroller.scrollLeft)
        scroller.scrollTo({ left: left + width - scroller.clientWidth + 20, behavior: 'instant' });
    },
  };
}

/** Words with their places in CSS pixels, and the part of them that is in sight. */
interface WordLayout {
  readonly words: readonly HeardWord[];
  /** Where they were heard, in seconds. */
  readonly spans: readonly Span[];
  readonly widths: readonly number[];
  readonly lefts: readonly number[];
  readonly chosen: number | undefined;
  readonly from: number;
  readonly width: number;
}

/** Draws the words in sight and their ribbons. */
function drawWords(
  row: HTMLElement,
  ribbons: SVGElement,
  { words, spans, widths, lefts, chosen, from, width }: WordLayout,
  onWord: (index: number) => void,
): void {
  const shown = [...words.keys()].filter(i => {
    const { start, end } = spans[i]!;
    const [left, right] = [Math.min(lefts[i]!, start * scale), Math.max(lefts[i]! + widths[i]!, end * scale)];
    return right > from - 50 && left < from + width + 50;
  });
  const wire = <Kind extends HTMLElement | SVGElement>(element: Kind, i: number): Kind => {
    element.classList.toggle('chosen', i === chosen);
    element.addEventListener('click', () => onWord(i));
    return element;
  };
  row.replaceChildren(
    ...shown.map(i => {
      const element = make('span', { textContent: words[i]!.text.trim() });
      element.style.left = `${lefts[i]! - from}px`;
      element.classList.toggle('unsure', isUnsure(words[i]!));
      return wire(element, i);
    }),
  );
  ribbons.replaceChildren(
    ...shown.map(i => {
      const { start, end } = spans[i]!;
      const { probability } = words[i]!;
      const sound = { left: start * scale - from, right: Math.max(end * scale, start * scale + 3) - from };
      const word = { left: lefts[i]! - from, right: lefts[i]! + widths[i]! - from };
      const path = makeSvg('path', { d: ribbonPath(sound, word, ribbonHeight) });
      path.style.setProperty('--share', probability.toFixed(3));
      return wire(path, i);
    }),
  );
}

/** The widths of words in the row, in CSS pixels. */
function measured(row: HTMLElement, words: readonly HeardWord[]): number[] {
  const elements = words.map(({ text }) => make('span', { textContent: text.trim() }));
  row.append(...elements);
  const widths = elements.map(element => element.offsetWidth);
  for (const element of elements) element.remove();
  return widths;
}
