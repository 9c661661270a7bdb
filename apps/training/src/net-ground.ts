import { byId, fixed } from '@residual/appkit';
import { Ground } from './ground.js';

/** A ground around the weights of a moment. */
export interface CentredGround {
  /**
   * Shows losses [size, size] with the weights in the middle. `highest` is the height of the top of the picture, so
   * that grounds of one run are seen at one scale; a loss that is not finite is as high. Returns the loss in the middle,
   * the mean of those at the edge that are finite, and the highest height.
   */
  show(
    survey: { readonly losses: Float32Array },
    highest?: number,
  ): { readonly middle: number; readonly edge: number; readonly highest: number };
}

/** Makes a `CentredGround`; `heightOf` makes a height of a loss, and the bottom is 0 or the lowest height. */
export function centredGround(
  id: string,
  label: string,
  heightOf: (loss: number) => number,
  bottom: 'zero' | 'lowest' = 'zero',
): CentredGround {
  const ground = new Ground(byId(id), { label, edges: ['one random direction →', 'another ↗'] });
  return {
    show: ({ losses }, highest) => {
      const size = Math.sqrt(losses.length);
      const heights = losses.map(heightOf);
      const finite = heights.filter(Number.isFinite);
      const top = highest ?? Math.max(...finite);
      const low = bottom === 'lowest' ? Math.min(...finite) : 0;
      const shown = heights.map(height => (Number.isFinite(height) ? Math.min(1, (height - low) / (top - low)) : 1));
      ground.show({ size, heights: shown, ball: [0, 0] }, { gradually: true });
      const middle = losses[(losses.length - 1) / 2]!;
      const isEdge = (i: number) => i < size || i >= size * (size - 1) || i % size === 0 || i % size === size - 1;
      const edges = [...losses].filter((loss, i) => isEdge(i) && Number.isFinite(loss));
      const edge = edges.reduce((sum, loss) => sum + loss, 0) / edges.length;
      ground.describe(middle, `loss ${fixed(middle, 3)} in the middle, ${fixed(edge, 3)} at the edges on average`);
      return { middle, edge, highest: top };
    },
  };
}
