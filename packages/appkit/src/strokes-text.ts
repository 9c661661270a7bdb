/** Points of a stroke from 0 to 1, x and y in turn. */
export type FlatStroke = readonly number[];

/** The letters of coordinates: 64 of them, as in base64 for addresses. */
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const steps = letters.length - 1;

/** The most points of a drawing, so that its address stays short. */
export const mostPoints = 1500;

/** Strokes as a text for an address: two letters for each point that differs from the last, a dot between strokes. */
export function strokesText(strokes: readonly FlatStroke[]): string {
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
export function strokesFrom(text: string): FlatStroke[] {
  if (!/^[\w-]+(\.[\w-]+)*$/.test(text) || text.length > 3 * mostPoints) return [];
  const strokes = text.split('.');
  if (strokes.some(stroke => stroke.length % 2 > 0)) return [];
  return strokes.map(stroke => [...stroke].map(letter => letters.indexOf(letter) / steps));
}
