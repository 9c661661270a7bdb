import { make } from '@residual/appkit';
import { defineHeads } from '@residual/elements';
import type { KnownHead } from './known-heads.js';

/** A head, by its block and its index. */
export interface Head {
  readonly layer: number;
  readonly head: number;
}

const roles = {
  previousToken: ['Previous token', 'looks at the token just before'],
  induction: ['Induction', 'finds an earlier copy of the token and looks at what came after it'],
  nameMover: ['Name mover', 'fetches a name when a name is due; two names stand in the text'],
} as const;

/** All heads as small pictures, and those that do best what heads are known to do. */
export function headsView(choose: (head: Head, role?: KnownHead['role']) => void) {
  defineHeads();
  const heads = make('residual-heads', { id: 'attention-heads' });
  heads.setAttribute('label', 'All attention heads; choose one');
  heads.addEventListener('residual-head', event => choose((event as CustomEvent<Head>).detail));
  const list = make('ul', { className: 'roles', id: 'roles' });
  const note = make('p', { className: 'note' });
  note.textContent =
    'Each small picture is a head: its row is the block, its column the head, both counted from 0. Choose one to ' +
    'see it in the table above. The figure is the mean share of attention that goes there: in a story that is said ' +
    'twice, and in sentences about two people. Nobody built these heads; they came out of the training.';
  const side = make('div', { className: 'side' }, list, note);
  return {
    element: make('div', { className: 'two' }, heads, side),
    showKnown: (known: readonly KnownHead[]): void => {
      list.replaceChildren(
        ...known.map(({ role, layer, head, share }) => {
          const [title, about] = roles[role];
          const button = make('button', { type: 'button' }, `block ${layer}, head ${head}`);
          button.addEventListener('click', () => choose({ layer, head }, role));
          const figure = make('span', { className: 'figure' }, share.toFixed(2));
          return make('li', {}, make('b', {}, title), figure, make('span', {}, about), button);
        }),
      );
    },
    show: (weights: readonly (readonly Float32Array[])[], length: number, chosen: Head, masked: boolean): void => {
      heads.show(weights, [length, length], { masked });
      heads.selected = chosen;
    },
  };
}
