import { make, percent, shadow, sheet, visible } from './parts.js';

/** One token that could come next. */
export interface Bar {
  readonly text: string;
  readonly id: number;
  /** Its probability as the model gave it, 0 .. 1. */
  readonly before: number;
  /** Its probability after temperature, top-k and top-p, 0 .. 1. */
  readonly after: number;
  /** Whether this is the token that was taken. */
  readonly chosen?: boolean;
}

/** `<residual-bars>`: probabilities of the next token as bars, before and after processing, in a table that can be read out. */
export interface BarsElement extends HTMLElement {
  /** What is shown, in this order. */
  bars: readonly Bar[];
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-bars': BarsElement;
  }
}

const style = `
:host { display: block; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
caption { text-align: start; padding-bottom: 0.3rem; }
th, td { padding: 0.1rem 0.4rem 0.1rem 0; text-align: start; font-weight: normal; white-space: nowrap; }
thead th { font-size: 0.8rem; }
tbody th { font-family: ui-monospace, monospace; }
td { width: 42%; }
tr.chosen th { font-weight: 700; text-decoration: underline; text-underline-offset: 0.2em; }
.bar { position: relative; }
.bar i { position: absolute; inset: 0.05rem auto 0.05rem 0; border-radius: 0.15rem; }
.bar span { position: relative; padding-left: 0.25rem; font-variant-numeric: tabular-nums; }
.before i { background: color-mix(in srgb, CanvasText 25%, Canvas); }
.after i { background: color-mix(in srgb, var(--residual-accent, #4666d0) 45%, Canvas); }
`;

const cell = (name: string, probability: number) => {
  const fill = make('i');
  fill.style.width = `${Math.min(Math.max(probability, 0), 1) * 100}%`;
  const bar = make('div', { class: 'bar' }, fill, make('span', {}, percent(probability)));
  return make('td', { class: name }, bar);
};

const row = ({ text, id, before, after, chosen = false }: Bar) => {
  const name = make('th', { scope: 'row', title: `token ${id}` }, visible(text), chosen ? ' ◂' : '');
  const all = make('tr', {}, name, cell('before', before), cell('after', after));
  if (chosen) all.classList.add('chosen');
  return all;
};

const heads = () => ['token', 'before', 'after processing'].map(name => make('th', { scope: 'col' }, name));

/** Defines `<residual-bars>`; its attribute `label` is the table's caption. Does nothing where it is defined. */
export function defineBars(): void {
  if (customElements.get('residual-bars')) return;
  const shared = sheet(style);
  customElements.define(
    'residual-bars',
    class extends HTMLElement implements BarsElement {
      static readonly observedAttributes = ['label'];
      #bars: readonly Bar[] = [];
      readonly #caption = make('caption');
      readonly #body = make('tbody');

      constructor() {
        super();
        const head = make('thead', {}, make('tr', {}, ...heads()));
        shadow(this, shared).append(make('table', {}, this.#caption, head, this.#body));
      }

      attributeChangedCallback(): void {
        this.#caption.textContent = this.getAttribute('label');
      }

      get bars(): readonly Bar[] {
        return this.#bars;
      }

      set bars(bars: readonly Bar[]) {
        this.#bars = bars;
        this.#body.replaceChildren(...bars.map(row));
      }
    },
  );
}
