/** The font family of the map. */
export const fontFamily = '"Inter Variable", system-ui, sans-serif';

/** Draws lines, dots and words on the map. */
export class Pen {
  constructor(
    readonly context: CanvasRenderingContext2D,
    private readonly paper: string,
  ) {}

  /** A word with a margin in the colour of the paper. */
  write(text: string, x: number, y: number, font: string, colour: string): void {
    const { context } = this;
    context.font = `${font} ${fontFamily}`;
    context.lineJoin = 'round';
    context.lineWidth = 4;
    context.strokeStyle = this.paper;
    context.globalAlpha = 0.9;
    context.strokeText(text, x, y);
    context.globalAlpha = 1;
    context.fillStyle = colour;
    context.fillText(text, x, y);
  }

  dot(x: number, y: number, radius: number, colour: string): void {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.fillStyle = colour;
    context.fill();
    context.lineWidth = 1.5;
    context.strokeStyle = this.paper;
    context.stroke();
  }

  ring(x: number, y: number, radius: number, colour: string, opacity = 1): void {
    const { context } = this;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.globalAlpha = opacity;
    context.lineWidth = 2;
    context.strokeStyle = colour;
    context.stroke();
    context.globalAlpha = 1;
  }

  /** A dotted line, or a line with an arrow head. */
  line(
    [x1, y1]: readonly [number, number],
    [x2, y2]: readonly [number, number],
    colour: string,
    { width, isDotted }: { readonly width: number; readonly isDotted: boolean },
  ): void {
    const { context } = this;
    const length = Math.hypot(x2 - x1, y2 - y1);
    if (length < 6) return;
    const [x, y] = [(x2 - x1) / length, (y2 - y1) / length];
    const head = Math.min(length, 5 * width + 2);
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = width;
    context.setLineDash(isDotted ? [2, 4] : []);
    context.beginPath();
    context.moveTo(x1, y1);
    context.lineTo(x2 - (isDotted ? 0 : x * head * 0.7), y2 - (isDotted ? 0 : y * head * 0.7));
    context.stroke();
    context.setLineDash([]);
    if (isDotted) return;
    context.beginPath();
    context.moveTo(x2, y2);
    context.lineTo(x2 - x * head - y * head * 0.4, y2 - y * head + x * head * 0.4);
    context.lineTo(x2 - x * head + y * head * 0.4, y2 - y * head - x * head * 0.4);
    context.fill();
  }
}
