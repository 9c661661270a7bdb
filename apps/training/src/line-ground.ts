import { byId, fixed } from '@residual/appkit';
import { Ground } from './ground.js';
import type { Place } from './ground-drawing.js';
import type { leastSquares } from './least-squares.js';

/** The slope and the intercept of a line. */
export type Line = readonly [slope: number, intercept: number];

/** The largest slope and intercept on the ground; the smallest ones are their negatives. */
export const lineBounds: Line = [3, 5];
const size = 41;
/** The longest trail in steps. */
const maxTrail = 400;

const placeOf = ([slope, intercept]: Line): Place => [slope / lineBounds[0], intercept / lineBounds[1]];
const lineAt = ([first, second]: Place): Line => [first * lineBounds[0], second * lineBounds[1]];

/** The loss of all lines as a ground, with the fitted line as a ball; `onPlace` is called when the ball is moved. */
export function lineGround(onPlace: (line: Line) => void) {
  const ground = new Ground(byId('line-ground'), {
    label: 'The ground: slope to the right, intercept to the back, height the typical gap',
    edges: ['slope →', 'intercept ↗'],
    onPlace: place => onPlace(lineAt(place)),
  });
  let trail: Place[] = [];
  let latest: { readonly closed: ReturnType<typeof leastSquares>; readonly heights: Float32Array } | undefined;

  return {
    /** Shows the ground of other points. */
    survey: (closed: ReturnType<typeof leastSquares>): void => {
      const heights = Float32Array.from({ length: size * size }, (_, i) => {
        const place: Place = [(2 * (i % size)) / (size - 1) - 1, (2 * Math.floor(i / size)) / (size - 1) - 1];
        return Math.sqrt(closed.lossOf(...lineAt(place)));
      });
      const highest = heights.reduce((most, height) => Math.max(most, height), 0);
      latest = { closed, heights: heights.map(height => height / highest) };
    },
    /** Puts the ball at a line. */
    show: (line: Line): void => {
      if (!latest) return;
      const place = placeOf(line);
      trail = [...trail.slice(-maxTrail), place];
      const { slope, intercept, lossOf } = latest.closed;
      ground.show({ size, heights: latest.heights, ball: place, trail, lowest: placeOf([slope, intercept]) });
      const loss = lossOf(...line);
      const [said, saidIntercept] = line.map(value => fixed(value, 2));
      ground.describe(loss, `slope ${said}, intercept ${saidIntercept}, loss ${fixed(loss, 3)}`);
    },
    /** Forgets the way of the ball. */
    restart: (): void => {
      trail = [];
    },
  };
}
