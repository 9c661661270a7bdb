import { define, make, percent, shadow, showSpaces } from './parts.js';

/** A token that could come next. */
export interface Bar {
  readonly text: string;
  readonly id: number;
  /** Its probability before temperature, top-k and top-p, 0 .. 1. */
  readonly before: number;
  /** Its probability after temperature, top-k and top-p, 0 .. 1. */
  readonly after: number;
  /** Whether this token was chosen. */
  readonly chosen?: boolean;
}

/**
 * `<residual-bars>`: two probabilities for each of some tokens, as bars in an accessible table. By default they are the
 * probabilities before and after processing; the attributes `before` and `after` rename the columns.
 */
export interface BarsElement extends HTMLElement {
  /** The bars, in this order. */
  bars: readonly Bar[];
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-bars': BarsElement;
  }
}

const style = `
:host { overflow-x: auto; }
table { border-collapse: collapse; table-layout: fixed; width: 100%; font-size: 0.875rem; }
caption { text-align: start; padding-bottom: 0.6rem; }
th, td { padding: 0.28rem 0.9rem 0.28rem 0; text-align: start; font-weight: inherit; vertical-align: baseline; }
thead th { font-size: 0.75rem; color: var(--muted); border-bottom: 1px solid var(--line); }
tbody:empty { display: none; }
tbody th {
  font-family: var(--mono); font-size: 0.8125rem; overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
}
tr.chosen { font-weight: 650; }
tr.chosen th { color: var(--accent); }
td { font-variant-numeric: tabular-nums; }
.bar { height: 0.25rem; margin-top: 0.1rem; border-radius: 1rem; background: var(--line); overflow: hidden; }
.bar i { display: block; height: 100%; border-radius: inherit; }
.before i { background: var(--muted); }
.after i { background: var(--accent); }
`;

const cell = (name: string, probability: number) => {
  const fill = make('i');
  fill.style.width = `${Math.min(Math.max(probability, 0), 1) * 100}%`;
  return make('td', { class: name }, percent(probability), make('div', { class: 'bar' }, fill));
};

const row = ({ text, id, before, after, chosen = false }: Bar) => {
  const name = make('th', { scope: 'row', title: `token ${id}` }, showSpaces(text), chosen ? ' ◂' : '');
  const all = make('tr', {}, name, cell('before', before), cell('after', after));
  if (chosen) all.classList.add('chosen');
  return all;
};

/**
 * Defines `<residual-bars>`. Its attribute `label` is the caption of the table. Does nothing if it is already defined.
 */
export function defineBars(): void {
  const defaults = { before: 'before', after: 'after processing' };
  define('residual-bars', [style], sheet =>
    class extends HTMLElement implements BarsElement {
      static readonly observedAttributes = ['label', ...Object.keys(defaults)];
      #bars: readonly Bar[] = [];
      readonly #caption = make('caption');
      readonly #body = make('tbody');
      readonly #heads = {
        before: make('th', { scope: 'col' }, defaults.before),
        after: make('th', { scope: 'col' }, defaults.after),
      };

      constructor() {
        super();
        const { before, after } = this.#heads;
        const head = make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'token'), before, after));
        shadow(this, sheet).append(make('table', {}, this.#caption, head, this.#body));
      }

      attributeChangedCallback(name: 'label' | 'before' | 'after', _: string | null, value: string | null): void {
        if (name === 'label') this.#caption.textContent = value;
        else this.#heads[name].textContent = value ?? defaults[name];
      }

      get bars(): readonly Bar[] {
        return this.#bars;
      }

      set bars(bars: readonly Bar[]) {
        this.#bars = bars;
        this.#body.replaceChildren(...bars.map(row));
      }
    });
}
