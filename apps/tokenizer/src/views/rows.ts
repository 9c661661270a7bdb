import { make } from '@residual/appkit';
import type { Brick } from '../work/word.js';

/** The bricks of a row, the direction in which they are read, and the index of the one that is new. */
interface Row {
  readonly bricks: readonly Brick[];
  readonly dir: 'ltr' | 'rtl';
  readonly fresh?: number;
}

/** A row of tokens as bricks, each as wide as the symbols that it covers, under a line of text. */
export function brickRow(said: readonly (Node | string)[], { bricks, dir, fresh = -1 }: Row): HTMLElement {
  const wall = make('div', { className: 'bricks', dir });
  let column = 1;
  wall.append(
    ...bricks.map(({ text, width }, index) => {
      const brick = make('span', { className: index === fresh ? 'brick fresh' : 'brick' }, signed(text));
      brick.style.gridColumn = `${column} / span ${width}`;
      column += width;
      return brick;
    }),
  );
  return make('li', {}, make('span', { className: 'said' }, ...said), wall);
}

/** The direction in which a word is read. */
export const directionOf = (word: string): 'ltr' | 'rtl' =>
  /[\p{Script=Hebrew}\p{Script=Arabic}]/u.test(word) ? 'rtl' : 'ltr';

/** A token with visible signs for spaces; some tokenizers write a space as `▁`. */
export const signed = (text: string): string => text.replace(/[ ▁]/g, '·').replaceAll('\n', '↵').replaceAll('\t', '⇥');
