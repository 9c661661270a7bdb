import { make } from '@residual/appkit';

/** A vector as a strip of colour. */
export interface Strip {
  readonly canvas: HTMLCanvasElement;
  /** Shows numbers; `scale` is the absolute value of the full colour. */
  show(values: ArrayLike<number>, scale: number): void;
}

/** Makes a strip; the style sheet gives positive numbers the colour of the canvas and negative ones a grey. */
export function stripOf(name: string): Strip {
  const canvas = make('canvas', { className: `strip ${name}`, ariaHidden: 'true' });
  return {
    canvas,
    show: (values, scale) => {
      [canvas.width, canvas.height] = [values.length, 1];
      const context = canvas.getContext('2d')!;
      const style = getComputedStyle(canvas);
      for (let i = 0; i < values.length; i++) {
        context.fillStyle = values[i]! < 0 ? style.outlineColor : style.color;
        context.globalAlpha = Math.sqrt(Math.min(1, Math.abs(values[i]!) / scale));
        context.fillRect(i, 0, 1, 1);
      }
    },
  };
}

/** The largest absolute value. */
export const largestOf = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
