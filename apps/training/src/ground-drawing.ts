/** A place on the ground: -1 .. 1 along both directions. */
export type Place = readonly [first: number, second: number];

/** A point of the picture. */
type Pixel = readonly [x: number, y: number];

/** The view: turned about the upright axis and tilted, and the share of the height in the picture. */
const [turn, tilt, relief] = [0.62, 0.78, 0.56] as const;
const [cos, sin, flat, upright] = [Math.cos(turn), Math.sin(turn), Math.sin(tilt), Math.cos(tilt)];
/** The thickness of the ground below its lowest point. */
const floor = 0.08;
/** The reach of the ground in the picture, in units of half a side. */
const reach = Math.abs(cos) + Math.abs(sin);
/** The number of colours from low to high, and of lines of equal height. */
const [shades, contours] = [64, 14] as const;
/** Keeps a coordinate on the ground. */
export const clamp = (value: number) => Math.min(1, Math.max(-1, value));
/** The coordinate of a row or column of the grid. */
export const coordinate = (index: number, size: number) => (2 * index) / (size - 1) - 1;

/** Maps a place and a height to a point of the picture. */
export type Projection = (place: Place, level: number) => Pixel;

/** Maps places and heights to the pixels of a picture of this size. */
export function projection(width: number, height: number): Projection {
  const scale = Math.min(
    width / (2 * reach + 0.1),
    (height - 40) / (2 * reach * flat + 2 * relief * upright * (1 + floor)),
  );
  const top = 10 + scale * (reach * flat + 2 * relief * upright);
  return ([first, second], level) => {
    const [across, near] = [first * cos + second * sin, first * sin - second * cos];
    return [width / 2 + scale * across, top + scale * (near * flat - 2 * relief * upright * level)];
  };
}

/** The height at a place, between the points of the grid. */
export function heightAt(heights: ArrayLike<number>, size: number, [first, second]: Place): number {
  const along = (value: number) => ((clamp(value) + 1) / 2) * (size - 1);
  const [x, y] = [along(first), along(second)];
  const [column, row] = [Math.min(size - 2, Math.floor(x)), Math.min(size - 2, Math.floor(y))];
  const at = (r: number, c: number) => heights[(row + r) * size + column + c]!;
  const [u, v] = [x - column, y - row];
  return (at(0, 0) * (1 - u) + at(0, 1) * u) * (1 - v) + (at(1, 0) * (1 - u) + at(1, 1) * u) * v;
}

interface GroundDrawing {
  readonly size: number;
  readonly heights: ArrayLike<number>;
  readonly project: Projection;
  readonly style: CSSStyleDeclaration;
}

/** Draws the cells from the back to the front, with lines of equal height, and the two front sides. */
export function drawGround(context: CanvasRenderingContext2D, { size, heights, project, style }: GroundDrawing): void {
  const { colours, line, side } = coloursOf(style);
  const level = (row: number, column: number) => heights[row * size + column]!;
  const point = (row: number, column: number, height = level(row, column)) =>
    project([coordinate(column, size), coordinate(row, size)], height);
  context.lineWidth = 1;
  for (let row = size - 2; row >= 0; row--)
    for (let column = 0; column < size - 1; column++) {
      const corners = [
        [row, column],
        [row, column + 1],
        [row + 1, column + 1],
        [row + 1, column],
      ] as const;
      const levels = corners.map(corner => level(...corner));
      const points = corners.map(corner => point(...corner));
      const mean = levels.reduce((sum, height) => sum + height, 0) / 4;
      const colour = colours[Math.min(shades - 1, Math.max(0, Math.round(mean * (shades - 1))))]!;
      [context.fillStyle, context.strokeStyle] = [colour, colour]; // the stroke closes the seams
      polygon(context, points);
      context.fill();
      context.stroke();
      context.strokeStyle = line;
      drawContours(context, points, levels);
    }
  const indices = Array.from({ length: size }, (_, i) => i);
  const sides = [indices.map(i => [0, i] as const), indices.map(i => [i, size - 1] as const)];
  for (const [i, edge] of sides.entries()) {
    context.fillStyle = side[i]!;
    polygon(context, [...edge.map(at => point(...at)), ...[...edge].reverse().map(at => point(...at, -floor))]);
    context.fill();
  }
}

function polygon(context: CanvasRenderingContext2D, points: readonly Pixel[]): void {
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.closePath();
}

/** Draws the lines of equal height through a cell (marching squares). */
function drawContours(context: CanvasRenderingContext2D, points: readonly Pixel[], levels: readonly number[]): void {
  const [low, high] = [Math.min(...levels), Math.max(...levels)];
  for (let step = Math.ceil(low * contours); step <= high * contours; step++) {
    const height = step / contours;
    const crossings = levels.flatMap((from, i) => {
      const next = (i + 1) % 4;
      const to = levels[next]!;
      if (from < height === to < height) return [];
      const share = (height - from) / (to - from);
      const [[x1, y1], [x2, y2]] = [points[i]!, points[next]!];
      return [[x1 + share * (x2 - x1), y1 + share * (y2 - y1)] as Pixel];
    });
    if (crossings.length < 2) continue;
    polygon(context, crossings.slice(0, 2));
    context.stroke();
  }
}

/** Draws a ring on the ground. */
export function drawRing(context: CanvasRenderingContext2D, [x, y]: Pixel, colour: string): void {
  context.beginPath();
  context.ellipse(x, y, 9, 9 * flat, 0, 0, 2 * Math.PI);
  [context.strokeStyle, context.lineWidth] = [colour, 2];
  context.stroke();
}

/** The way of the ball, with a dot for each of its last steps. */
export function drawTrail(context: CanvasRenderingContext2D, points: readonly Pixel[], colour: string) {
  [context.strokeStyle, context.fillStyle, context.lineWidth] = [colour, colour, 2];
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.stroke();
  for (const [x, y] of points.slice(-60)) {
    context.beginPath();
    context.arc(x, y, 2.5, 0, 2 * Math.PI);
    context.fill();
  }
}

/** Draws the ball with its shadow. */
export function drawBall(context: CanvasRenderingContext2D, [x, y]: Pixel, style: CSSStyleDeclaration) {
  const radius = 10;
  context.fillStyle = 'rgb(0 0 0 / 30%)';
  context.beginPath();
  context.ellipse(x + 2, y + 1, radius, radius * 0.45, 0, 0, 2 * Math.PI);
  context.fill();
  const light = context.createRadialGradient(x - 3, y - radius - 4, 1, x, y - radius + 2, radius + 2);
  light.addColorStop(0, '#fff');
  light.addColorStop(0.3, style.outlineColor);
  light.addColorStop(1, style.outlineColor);
  context.fillStyle = light;
  context.beginPath();
  context.arc(x, y - radius + 2, radius, 0, 2 * Math.PI);
  context.fill();
}

/** Writes along the two edges in front. */
export function drawEdges(
  context: CanvasRenderingContext2D,
  project: Projection,
  [first, second]: readonly [string, string],
  style: CSSStyleDeclaration,
): void {
  context.fillStyle = style.color;
  context.font = `500 13px ${style.fontFamily}`;
  context.textBaseline = 'top';
  const put = (text: string, [x, y]: Pixel, align: CanvasTextAlign) => {
    context.textAlign = align;
    context.fillText(text, x, y + 8);
  };
  put(first, project([-0.05, -1], -floor), 'right');
  put(second, project([1, 0.05], -floor), 'left');
}

/** Colours from low to high, of the lines and of the two front sides; all come from properties of the canvas. */
function coloursOf({ borderBottomColor, borderTopColor }: CSSStyleDeclaration) {
  const [low, high] = [channels(borderBottomColor), channels(borderTopColor)];
  const mix = (share: number, shade = 1) =>
    `rgb(${low.map((value, i) => Math.round(shade * (value + share * (high[i]! - value)))).join(' ')})`;
  return {
    colours: Array.from({ length: shades }, (_, i) => mix(i / (shades - 1))),
    line: 'rgb(255 255 255 / 28%)',
    side: [mix(0.1, 0.8), mix(0.1, 0.62)],
  };
}

const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number);
