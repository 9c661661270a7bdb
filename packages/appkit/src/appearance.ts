/** Calls `act` when the page changes between light and dark mode. */
export function onColourScheme(act: () => void): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', act);
}

/** A colour of the style sheet, such as `--residual-ink`, at an element, as a canvas and WebGL take it: `rgb(...)`. */
export function colourOf(element: HTMLElement, name: string): string {
  const probe = document.createElement('span');
  probe.hidden = true;
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The progress 0 .. 1 of a movement that slows down at its end; 1 at once if the visitor prefers reduced motion. */
export function movement(milliseconds: number, duration: number): number {
  if (matchMedia('(prefers-reduced-motion: reduce)').matches) return 1;
  return 1 - (1 - Math.min(1, milliseconds / duration)) ** 3;
}

/** Fits the pixels of a canvas to its size in CSS pixels. Returns its context, which counts in CSS pixels. */
export function fitCanvas(
  canvas: HTMLCanvasElement,
  { width, height }: { readonly width: number; readonly height: number },
  ratio: number,
): CanvasRenderingContext2D {
  const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== columns || canvas.height !== rows) [canvas.width, canvas.height] = [columns, rows];
  const context = canvas.getContext('2d')!;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}
