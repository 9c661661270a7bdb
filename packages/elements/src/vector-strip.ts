import { type Colour, colourOf } from './contrast.js';
import { make } from './parts.js';

/** The time in which a strip moves to new numbers, in milliseconds. */
const duration = 500;

/** A strip of colour: one pixel for each number. */
export class Strip {
  readonly canvas = make('canvas');
  #values = new Float32Array(0);

  /** Moves to new numbers, or shows them at once. */
  async show(values: ArrayLike<number>, paint: (context: CanvasRenderingContext2D, values: Float32Array) => void) {
    const [from, to] = [this.#values, Float32Array.from(values)];
    this.#values = to;
    [this.canvas.width, this.canvas.height] = [Math.max(1, to.length), 1];
    const context = this.canvas.getContext('2d')!;
    const isStill = from.length !== to.length || matchMedia('(prefers-reduced-motion: reduce)').matches;
    const start = isStill ? 0 : await new Promise(requestAnimationFrame);
    for (let share = isStill ? 1 : 0; this.#values === to; ) {
      const eased = 1 - (1 - share) ** 3;
      paint(context, share >= 1 ? to : to.map((value, i) => from[i]! + eased * (value - from[i]!)));
      if (share >= 1) return;
      share = Math.min(1, ((await new Promise(requestAnimationFrame)) - start) / duration);
    }
  }
}

/** Paints numbers between -scale and scale. */
export function paint(
  context: CanvasRenderingContext2D,
  values: Float32Array,
  scale: number,
  [positive, negative]: readonly [Colour, Colour],
): void {
  const image = context.createImageData(values.length, 1);
  for (const [i, value] of values.entries()) {
    const strength = Math.min(1, Math.abs(value) / scale);
    image.data.set([...(value < 0 ? negative : positive), Math.round(255 * Math.sqrt(strength))], 4 * i);
  }
  context.putImageData(image, 0, 0);
}

/** The colours of positive and negative numbers, as the shadow root of a list defines them. */
export function coloursOf(list: HTMLElement): readonly [Colour, Colour] {
  const probe = make('span');
  list.append(probe);
  const context = make('canvas').getContext('2d')!;
  const [positive, negative] = ['--accent', '--negative'].map(name => {
    probe.style.color = `var(${name})`;
    return colourOf(context, getComputedStyle(probe).color);
  });
  probe.remove();
  return [positive!, negative!];
}
