/** Points of a stroke from 0 to 1, x and y in turn. */
export type Stroke = readonly number[];

/** The letters of coordinates: 64 of them, as in base64 for addresses. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const steps = letters.length - 1;

/** The most points of a drawing, so that its address stays short. */
export const mostPoints = 1500;

/** Strokes as a text for an address: two letters for each point that differs from the last, a dot between strokes. */
export function strokesText(strokes: readonly Stroke[]): string {
  return strokes
    .map(stroke => {
      const points: string[] = [];
      for (let i = 0; i < stroke.length; i += 2) {
        const point = [stroke[i]!, stroke[i + 1]!].map(value => letters[Math.round(value * steps)]).join('');
        if (point !== points.at(-1)) points.push(point);
      }
      return points.join('');
    })
    .join('.');
}

/** The strokes of such a text; empty if it is none. */
export function strokesFrom(text: string): Stroke[] {
  if (!/^[\w-]+(\.[\w-]+)*$/.test(text) || text.length > 3 * mostPoints) return [];
  const strokes = text.split('.');
  if (strokes.some(stroke => stroke.length % 2 > 0)) return [];
  return strokes.map(stroke => [...stroke].map(letter => letters.indexOf(letter) / steps));
}

/** Strokes in the middle, so large that the longer side takes 86 % of the picture, as in the drawings of training. */
export function centredStrokes(strokes: readonly Stroke[]): Stroke[] {
  const [xs, ys] = [0, 1].map(axis => strokes.flatMap(stroke => stroke.filter((_, i) => i % 2 === axis)));
  const range = (values: readonly number[]) => [Math.min(...values), Math.max(...values)] as const;
  const [[left, right], [top, bottom]] = [range(xs!), range(ys!)];
  const scale = 0.86 / Math.max(right - left, bottom - top, 0.05);
  const middle = [(left + right) / 2, (top + bottom) / 2];
  return strokes.map(stroke => stroke.map((value, i) => 0.5 + (value - middle[i % 2]!) * scale));
}
