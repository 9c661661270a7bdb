import { fixed, make } from '@residual/appkit';
import type { Library } from './library.js';
import type { Hit } from './vectors.js';

/** A small picture of the library. */
export function pictureOf({ columns, pictures }: Library, row: number): HTMLElement {
  const picture = make('span', { className: 'picture', role: 'img', ariaLabel: pictures[row]!.label });
  picture.style.setProperty('--column', String(row % columns));
  picture.style.setProperty('--row', String(Math.floor(row / columns)));
  return picture;
}

/** Fills a list with pictures and their cosines, best first; `choose` is called with the row of the one clicked. */
export function showPictures(
  list: HTMLElement,
  library: Library,
  hits: readonly Hit[],
  choose: (row: number) => void,
): void {
  const before = [...list.querySelectorAll('button')].indexOf(document.activeElement as HTMLButtonElement);
  const items = hits.map(({ row, cosine }) => {
    const { label } = library.pictures[row]!;
    const picture = pictureOf(library, row);
    picture.ariaHidden = 'true';
    const button = make(
      'button',
      { type: 'button', title: `Look at this picture: ${label}` },
      picture,
      make('span', { className: 'label' }, label),
      make('span', { className: 'figure' }, fixed(cosine, 3)),
    );
    button.addEventListener('click', () => choose(row));
    return make('li', {}, button);
  });
  list.replaceChildren(...items);
  if (before >= 0) list.querySelectorAll('button')[before]?.focus(); // new pictures under the same key
}
