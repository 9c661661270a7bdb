import { define, fire, make, moveInList, shadow } from './parts.js';

/** A word and its similarity. */
export interface Neighbour {
  readonly word: string;
  /** Its index in the vocabulary. */
  readonly row: number;
  /** Its cosine, -1 .. 1; the bar shows 0 .. 1. */
  readonly similarity: number;
}

/** The detail of `residual-neighbour`: the chosen word. */
export type NeighbourDetail = Neighbour;

/**
 * `<residual-neighbours>`: words with their cosines as bars, best first; one can be chosen by pointer, or by Tab, arrow
 * keys and Enter.
 */
export interface NeighboursElement extends HTMLElement {
  /** The words, in this order. */
  neighbours: readonly Neighbour[];
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-neighbours': NeighboursElement;
  }
  interface HTMLElementEventMap {
    'residual-neighbour': CustomEvent<NeighbourDetail>;
  }
}

const style = `
h3 { margin: 0 0 0.6rem; font: 600 0.875rem/1.4 inherit; font-size: 0.875rem; }
h3:empty { display: none; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.1rem; }
button {
  display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 0.1rem 0.75rem; width: 100%; padding: 0.3rem 0.4rem;
  margin: 0 -0.4rem; border: 0; border-radius: 0.35rem; background: none; color: inherit; font: inherit;
  font-size: 0.9375rem; text-align: start; cursor: pointer;
}
button:hover, button[aria-current=true] { background: color-mix(in srgb, var(--accent) 10%, transparent); }
li:first-child .word { font-weight: 650; color: var(--accent); }
.word { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.figure { font-variant-numeric: tabular-nums; color: var(--muted); }
.bar { grid-column: 1 / -1; height: 0.25rem; border-radius: 1rem; background: var(--line); overflow: hidden; }
.bar i { display: block; height: 100%; border-radius: inherit; background: var(--accent); opacity: 0.55; }
li:first-child .bar i { opacity: 1; }
`;

/**
 * Defines `<residual-neighbours>`, with its attribute `label` as heading. It fires `residual-neighbour` with a
 * `NeighbourDetail` when a word is chosen. Does nothing if it is already defined.
 */
export function defineNeighbours(): void {
  define('residual-neighbours', [style], sheet =>
    class extends HTMLElement implements NeighboursElement {
      static readonly observedAttributes = ['label'];
      #neighbours: readonly Neighbour[] = [];
      readonly #heading = make('h3', { id: 'heading' });
      readonly #list = make('ol', { 'aria-labelledby': 'heading' });

      constructor() {
        super();
        shadow(this, sheet).append(this.#heading, this.#list);
        this.#list.addEventListener('keydown', event => moveInList(event, this.#buttons()));
      }

      attributeChangedCallback(_name: string, _before: string | null, value: string | null): void {
        this.#heading.textContent = value;
      }

      get neighbours(): readonly Neighbour[] {
        return this.#neighbours;
      }

      set neighbours(neighbours: readonly Neighbour[]) {
        this.#neighbours = neighbours;
        this.#list.replaceChildren(...neighbours.map((neighbour, i) => make('li', {}, this.#button(neighbour, i))));
      }

      #button(neighbour: Neighbour, index: number): HTMLElement {
        const { word, similarity } = neighbour;
        const fill = make('i');
        fill.style.width = `${Math.min(1, Math.max(0, similarity)) * 100}%`;
        const name = make('span', { class: 'word' }, word);
        const figure = make('span', { class: 'figure' }, similarity.toFixed(3));
        const bar = make('span', { class: 'bar' }, fill);
        const button = make('button', { type: 'button', tabindex: index === 0 ? '0' : '-1' }, name, figure, bar);
        button.addEventListener('click', () => {
          for (const other of this.#buttons()) other.removeAttribute('aria-current');
          button.setAttribute('aria-current', 'true');
          const detail: NeighbourDetail = neighbour;
          fire(this, 'residual-neighbour', detail);
        });
        return button;
      }

      #buttons(): HTMLElement[] {
        return [...this.#list.querySelectorAll<HTMLElement>('button')];
      }
    });
}
