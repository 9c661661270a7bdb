import { byId, make, makeSvg, nextFrame, onColourScheme, perFrame } from '@residual/appkit';
import type { SpokenSentence } from '@residual/model';
import { paletteOf } from '../colours.js';
import { drawPicture } from '../picture.js';
import { rate } from '../sound.js';
import { frameRate, type Spectrum, spectrumOf } from '../spectrum.js';
import { type PhoneChange, phoneLane } from './phone-lane.js';
import { phonesOf, type ScorePhone } from './phones.js';

/** CSS pixels of a second, of the height of the picture, and of the pitches below it. */
const [scale, pictureHeight, pitchHeight] = [400, 150, 96];

/** So many samples are painted in a frame. */
const atOnce = 2 * rate;

/** The speech as a score: its picture, and below it each phone as long as it lasts and as high as it sounds. */
export interface ScoreView {
  /** Shows nothing. */
  clear(): void;
  /** Adds samples at the end of the picture; `isWhole`: nothing comes after them. */
  push(samples: Float32Array, isWhole: boolean): void;
  /** Shows the picture of other samples, once it is painted; the page stays awake meanwhile. */
  show(samples: Float32Array): Promise<void>;
  /** Shows the phones of sentences. */
  write(sentences: readonly SpokenSentence[]): void;
  /** Marks the phones of a word, which Tab then reaches, and scrolls to them; of none with undefined. */
  choose(word: number | undefined): void;
  /** Shows where the sound is played; undefined hides the mark. */
  playAt(seconds: number | undefined): void;
}

/** What happens in the score. */
export interface ScoreEvents {
  /** A phone was clicked. */
  readonly onPhone: (phone: ScorePhone) => void;
  /** A phone was made longer, shorter, higher or lower. */
  readonly onChange: (phone: ScorePhone, change: PhoneChange) => void;
  /** The word at an index among all words, for names. */
  readonly wordAt: (index: number) => string;
}

/** Wires the score. */
export function scoreView(events: ScoreEvents): ScoreView {
  const scroller = byId('score');
  scroller.tabIndex = 0; // what scrolls can be reached by keys
  const [track, canvas] = [make('div', { className: 'track' }), make('canvas')];
  const curve = makeSvg('path', {});
  const svg = makeSvg('svg', { class: 'pitches' });
  svg.append(curve);
  const row = make('div', { className: 'phones', role: 'group', ariaLabel: 'Phones' });
  row.setAttribute('aria-describedby', 'score-help');
  const head = make('i', { className: 'head', hidden: true });
  track.append(canvas, row, head);
  row.append(svg);
  scroller.replaceChildren(track);
  scroller.style.setProperty('--picture', `${pictureHeight}px`);
  scroller.style.setProperty('--pitches', `${pitchHeight}px`);

  let spectrum: Spectrum = spectrumOf();
  let next: Spectrum | undefined; // one that is painted while the last one is shown
  let palette = paletteOf(scroller);
  let length = 0; // of the phones, in CSS pixels
  const drawCurve = (phones: readonly ScorePhone[]) => {
    curve.setAttribute('d', curveOf(phones));
    length = (phones.at(-1)?.end ?? 0) * scale;
    resize();
  };
  const lane = phoneLane(row, { scale, heightOf: yOf, pitchOf, onLayout: drawCurve, ...events });

  const draw = perFrame(() => {
    const { scrollLeft, clientWidth } = scroller;
    const start = scrollLeft / scale;
    drawPicture(canvas, { spectrum, palette, start, scale, width: clientWidth, height: pictureHeight });
  });
  const resize = () => {
    track.style.width = `${Math.max((spectrum.frames / frameRate) * scale, length)}px`;
    draw();
  };
  const reveal = (left: number, right: number) => {
    const { scrollLeft, clientWidth } = scroller;
    if (left >= scrollLeft + 20 && right <= scrollLeft + clientWidth - 20) return;
    scroller.scrollTo({ left: Math.max(0, left - 0.25 * clientWidth), behavior: 'instant' });
  };

  scroller.addEventListener('scroll', () => draw());
  new ResizeObserver(() => draw()).observe(scroller);
  onColourScheme(() => {
    palette = paletteOf(scroller);
    draw();
  });

  return {
    clear: () => {
      spectrum = spectrumOf();
      next = undefined;
      head.hidden = true;
      scroller.scrollTo({ left: 0, behavior: 'instant' });
      lane.write([]);
    },
    push: (samples, isWhole) => {
      spectrum.push(samples);
      if (isWhole) spectrum.finish();
      resize();
    },
    show: async samples => {
      const own = spectrumOf();
      next = own;
      for (let from = 0; from < samples.length; from += atOnce) {
        own.push(samples.subarray(from, from + atOnce));
        await nextFrame();
        if (next !== own) return;
      }
      own.finish();
      spectrum = own;
      resize();
    },
    write: sentences => lane.write(phonesOf(sentences)),
    choose: word => {
      const span = lane.choose(word);
      if (span) reveal(span.start * scale, span.end * scale);
    },
    playAt: seconds => {
      head.hidden = seconds === undefined;
      if (seconds === undefined) return;
      head.style.left = `${seconds * scale}px`;
      reveal(seconds * scale, seconds * scale + 40);
    },
  };
}

/** The lowest and highest pitch that the score has space for. */
const [lowest, highest] = [-3, 3];

/** The height of a pitch in the score, in CSS pixels from above. */
export const yOf = (pitch: number): number =>
  ((highest - Math.min(highest, Math.max(lowest, pitch))) / (highest - lowest)) * pitchHeight;

/** The pitch at a height. */
const pitchOf = (y: number): number =>
  Math.min(highest, Math.max(lowest, highest - (y / pitchHeight) * (highest - lowest)));

/** A line through the pitches of phones that follow each other, broken by pauses. */
export function curveOf(phones: readonly ScorePhone[]): string {
  let isOpen = false;
  return phones
    .flatMap(({ start, end, pitch }) => {
      const command = isOpen ? 'L' : 'M';
      isOpen = pitch !== undefined;
      if (pitch === undefined) return [];
      return [`${command}${(((start + end) / 2) * scale).toFixed(1)} ${yOf(pitch).toFixed(1)}`];
    })
    .join('');
}
