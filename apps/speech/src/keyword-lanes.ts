import { byId, colourOf, fitCanvas, make, onColourScheme, perFrame } from '@residual/appkit';
import type { SpottedWindow } from '@residual/audio';

/** Seconds that a lane shows. */
const span = 5;

/** CSS pixels of a lane. */
const height = 18;

/** How long a word stays lit, in seconds of the sound: as long as a recording of a word and the silence after it. */
const litSeconds = 2;

/** A lane for each word: how likely it was over the last seconds. */
export interface KeywordLanes {
  /** Empties the lanes. */
  clear(): void;
  /** Adds windows; the words that are spotted light up. */
  push(windows: readonly SpottedWindow[]): void;
}

/** Makes the lanes in the element `lanes`. */
export function keywordLanes(words: readonly string[]): KeywordLanes {
  const root = byId('lanes');
  const lanes = words.map(word => {
    const [label, canvas] = [make('span', { textContent: word }), make('canvas')];
    return { word, label, canvas };
  });
  root.replaceChildren(...lanes.flatMap(({ label, canvas }) => [label, canvas]));
  let windows: readonly SpottedWindow[] = [];

  const draw = perFrame(() => {
    const colour = colourOf(root, '--residual-accent');
    const last = windows.at(-1)?.time ?? 0;
    const end = Math.max(span, last);
    for (const { word, label, canvas } of lanes) {
      const isLit = windows.some(({ time, spotted }) => spotted?.label === word && last - time < litSeconds);
      label.classList.toggle('lit', isLit);
      drawLane(canvas, { word, windows, end, colour });
    }
  });

  new ResizeObserver(() => draw()).observe(root);
  onColourScheme(() => draw());
  return {
    clear: () => {
      windows = [];
      draw();
    },
    push: more => {
      const all = [...windows, ...more];
      const last = all.at(-1)?.time ?? 0;
      windows = all.filter(({ time }) => time > last - span - 1);
      draw();
    },
  };
}

/** Draws how likely a word was: a ribbon that is as wide as its score. */
function drawLane(
  canvas: HTMLCanvasElement,
  {
    word,
    windows,
    end,
    colour,
  }: {
    readonly word: string;
    readonly windows: readonly SpottedWindow[];
    readonly end: number;
    readonly colour: string;
  },
): void {
  const width = canvas.clientWidth;
  const pen = fitCanvas(canvas, { width, height }, devicePixelRatio);
  pen.fillStyle = colour;
  const points = windows.map(({ time, scores }) => {
    return { x: width * (1 - (end - time) / span), half: Math.max(0.5, (height / 2) * (scores.get(word) ?? 0)) };
  });
  pen.beginPath();
  for (const { x, half } of points) pen.lineTo(x, height / 2 - half);
  for (const { x, half } of [...points].reverse()) pen.lineTo(x, height / 2 + half);
  pen.fill();
}
