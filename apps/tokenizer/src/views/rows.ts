import { make } from '@residual/appkit';
import type { Brick } from '../work/word.js';

/** A row of tokens as bricks, each as wide as the symbols that it covers, under a line of text. */
export function brickRow(said: readonly (Node | string)[], bricks: readonly Brick[], fresh = -1): HTMLElement {
  const wall = make('div', { className: 'bricks' });
  let column = 1;
  wall.append(
    ...bricks.map(({ text, width }, index) => {
      const brick = make('span', { className: index === fresh ? 'brick fresh' : 'brick', dir: 'auto' }, signed(text));
      brick.style.gridColumn = `${column} / span ${width}`;
      column += width;
      return brick;
    }),
  );
  return make('li', {}, make('span', { className: 'said' }, ...said), wall);
}

/** A token with visible signs for spaces. */
export const signed = (text: string): string => text.replaceAll(' ', '·').replaceAll('\n', '↵').replaceAll('\t', '⇥');
