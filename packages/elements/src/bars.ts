import type { ChoiceDetail } from './distribution.js';
import { define, fire, make, moveInList, percent, shadow, showSpaces } from './parts.js';

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
 * `<residual-bars>`: two probabilities for each of some tokens, as bars in an accessible table, which settle when the
 * probabilities change. By default they are the probabilities before and after processing; the attributes `before` and
 * `after` rename the columns. With the attribute `choosable` each token is a button, reached by Tab, the arrow keys and
 * `focus()`. With the attribute `cut` its text stands on a line above the first token with probability 0 after
 * processing, or below all tokens if there is none.
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
:host([cut]) tr.out { color: var(--muted); }
:host([cut]) tr.out .bar { opacity: 0.55; }
tr.cut td { padding: 0.2rem 0; font-size: 0.75rem; line-height: 1.35; color: var(--muted); white-space: normal; }
tr.cut td::before {
  content: ""; display: block; border-top: 2px dashed var(--residual-negative, var(--accent)); margin-bottom: 0.15rem;
}
:host([choosable]) tbody tr:not(.cut):hover { background: color-mix(in srgb, var(--accent) 8%, transparent); }
:host([choosable]) tbody th {
  padding: 0 0.5rem 0 0; font-family: var(--residual-serif, inherit); font-size: 1.0625rem;
}
:host([choosable]) .bar { height: 0.4rem; }
button {
  width: 100%; min-height: 2.1rem; padding: 0.1rem 0.4rem; border: 0; border-radius: 0.35rem; background: none;
  color: inherit; font: inherit; text-align: start; overflow: hidden; text-overflow: ellipsis; cursor: pointer;
}
button:focus-visible { outline-offset: -2px; }
@media (prefers-reduced-motion: no-preference) { .bar i { transition: width 400ms cubic-bezier(0.2, 0.7, 0.2, 1); } }
`;

/** A column of a row: a figure and its bar. */
class Column {
  readonly cell: HTMLElement;
  readonly #figure = make('span');
  readonly #fill = make('i');

  constructor(name: string) {
    this.cell = make('td', { class: name }, this.#figure, make('div', { class: 'bar' }, this.#fill));
  }

  show(probability: number): void {
    this.#figure.textContent = percent(probability);
    this.#fill.style.width = `${Math.min(Math.max(probability, 0), 1) * 100}%`;
  }
}

/** A row, which changes in place, so that its bars move to their new lengths. */
class Row {
  readonly element: HTMLElement;
  readonly name: HTMLElement;
  readonly #head = make('th', { scope: 'row' });
  readonly #before = new Column('before');
  readonly #after = new Column('after');

  constructor(choose: (() => void) | undefined) {
    this.name = choose ? make('button', { type: 'button', tabindex: '-1' }) : this.#head;
    if (choose) {
      this.name.addEventListener('click', choose);
      this.#head.append(this.name);
    }
    this.element = make('tr', {}, this.#head, this.#before.cell, this.#after.cell);
  }

  show({ text, id, before, after, chosen = false }: Bar): void {
    this.#head.title = `token ${id}`;
    this.name.textContent = `${showSpaces(text)}${chosen ? ' ◂' : ''}`;
    this.#before.show(before);
    this.#after.show(after);
    this.element.classList.toggle('chosen', chosen);
    this.element.classList.toggle('out', after === 0);
  }
}

/**
 * Defines `<residual-bars>`. Its attribute `label` is the caption of the table. With the attribute `choosable` it fires
 * `residual-choice` with a `ChoiceDetail`, whose probability is that after processing, when a token is chosen. Does
 * nothing if it is already defined.
 */
export function defineBars(): void {
  const defaults = { before: 'before', after: 'after processing' };
  define('residual-bars', [style], sheet =>
    class extends HTMLElement implements BarsElement {
      static readonly observedAttributes = ['label', 'cut', ...Object.keys(defaults)];
      #bars: readonly Bar[] = [];
      #rows: Row[] = [];
      readonly #caption = make('caption');
      readonly #body = make('tbody');
      readonly #cut = make('tr', { class: 'cut' }, make('td', { colspan: '3' }));
      readonly #heads = {
        before: make('th', { scope: 'col' }, defaults.before),
        after: make('th', { scope: 'col' }, defaults.after),
      };

      constructor() {
        super();
        const { before, after } = this.#heads;
        const head = make('thead', {}, make('tr', {}, make('th', { scope: 'col' }, 'token'), before, after));
        shadow(this, sheet).append(make('table', {}, this.#caption, head, this.#body));
        this.#body.addEventListener('keydown', event => {
          if (this.hasAttribute('choosable'))
            moveInList(
              event,
              this.#rows.map(({ name }) => name),
            );
        });
      }

      attributeChangedCallback(name: string, _: string | null, value: string | null): void {
        if (name === 'label') this.#caption.textContent = value;
        else if (name === 'cut') this.#placeCut(value);
        else this.#heads[name as 'before' | 'after'].textContent = value ?? defaults[name as 'before' | 'after'];
      }

      get bars(): readonly Bar[] {
        return this.#bars;
      }

      set bars(bars: readonly Bar[]) {
        this.#bars = bars;
        while (this.#rows.length < bars.length) this.#rows.push(this.#row(this.#rows.length));
        for (const { element } of this.#rows.splice(bars.length)) element.remove();
        for (const [i, bar] of bars.entries()) this.#rows[i]!.show(bar);
        if (!this.#rows.some(({ name }) => name.tabIndex === 0)) this.#rows[0]?.name.setAttribute('tabindex', '0');
        this.#placeCut(this.getAttribute('cut'));
      }

      override focus(options?: FocusOptions): void {
        this.#rows.find(({ name }) => name.tabIndex === 0)?.name.focus(options);
      }

      #row(index: number): Row {
        const choose = () => {
          const { id, text, after } = this.#bars[index]!;
          fire(this, 'residual-choice', { id, text, probability: after } satisfies ChoiceDetail);
        };
        const row = new Row(this.hasAttribute('choosable') ? choose : undefined);
        this.#body.append(row.element);
        return row;
      }

      #placeCut(text: string | null): void {
        this.#cut.remove();
        if (text === null || this.#bars.length === 0) return;
        this.#cut.firstElementChild!.textContent = text;
        const first = this.#bars.findIndex(({ after }) => after === 0);
        this.#body.insertBefore(this.#cut, this.#rows[first]?.element ?? null);
      }
    });
}
