import { define, fire, make, moveInList, percent, shadow, showSpaces } from './parts.js';

/** A token with its probability. */
export interface LikelyToken {
  readonly id: number;
  readonly text: string;
  /** 0 .. 1 */
  readonly probability: number;
  /** Whether this token was drawn. */
  readonly chosen?: boolean;
}

/** The detail of `residual-choice`: the chosen token. */
export type ChoiceDetail = LikelyToken;

/**
 * `<residual-distribution>`: the most likely tokens with their probabilities as bars, which settle when the
 * probabilities change; one of them can be chosen by pointer, or by Tab, arrow keys and Enter.
 */
export interface DistributionElement extends HTMLElement {
  /** The tokens, most likely first. What their probabilities lack to 1 is shown as the share of all others. */
  tokens: readonly LikelyToken[];
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-distribution': DistributionElement;
  }
  interface HTMLElementEventMap {
    'residual-choice': CustomEvent<ChoiceDetail>;
  }
}

const style = `
h3 { margin: 0 0 0.6rem; font: 600 0.875rem/1.4 inherit; font-size: 0.875rem; }
h3:empty { display: none; }
ol { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.1rem; }
button, .rest {
  display: grid; grid-template-columns: minmax(5.5rem, 22%) minmax(0, 1fr) 4.2rem; gap: 0.75rem; align-items: center;
  width: 100%; min-height: 2rem; padding: 0.1rem 0.4rem; box-sizing: border-box; border: 0; border-radius: 0.35rem;
  background: none; color: inherit; font: inherit; text-align: start;
}
button { cursor: pointer; }
button:hover { background: color-mix(in srgb, var(--accent) 8%, transparent); }
.text {
  font: 1.0625rem/1.3 var(--residual-serif, inherit); text-align: end; overflow: hidden; text-overflow: ellipsis;
  white-space: nowrap;
}
.text i { font-style: normal; opacity: 0.4; }
.figure { font-size: 0.875rem; font-variant-numeric: tabular-nums; color: var(--muted); text-align: end; }
.bar { height: 1.05rem; border-radius: 0.2rem; background: color-mix(in srgb, var(--line) 55%, transparent); }
.bar i {
  display: block; height: 100%; min-width: 1px; border-radius: inherit; transform-origin: left;
  background: color-mix(in srgb, var(--accent) 62%, transparent);
}
.chosen .bar i { background: var(--accent); }
.chosen .text { font-weight: 650; color: var(--accent); }
.rest { color: var(--muted); } .rest .text { font-style: italic; font-size: 0.9375rem; }
.rest .bar i { background: var(--muted); opacity: 0.45; }
@media (prefers-reduced-motion: no-preference) {
  .bar i { transition: width 450ms cubic-bezier(0.2, 0.7, 0.2, 1), background-color 200ms; }
}
`;

/** A row with a text, a bar and a figure, which change in place, so that the bar moves to its new length. */
class Row {
  readonly element: HTMLElement;
  readonly #text = make('span', { class: 'text' });
  readonly #fill = make('i');
  readonly #figure = make('span', { class: 'figure' });

  constructor(element: HTMLElement) {
    this.element = element;
    this.#fill.style.width = '0';
    element.append(this.#text, make('span', { class: 'bar' }, this.#fill), this.#figure);
  }

  /** Shows a token, whose spaces become visible, or the share of all others. */
  show(token: string | undefined, probability: number): void {
    const parts = token === undefined ? ['all others'] : showSpaces(token).split(/(·)/);
    this.#text.replaceChildren(...parts.map(part => (part === '·' ? make('i', {}, part) : part)));
    this.#fill.style.width = `${Math.min(Math.max(probability, 0), 1) * 100}%`;
    this.#figure.textContent = percent(probability);
  }
}

/**
 * Defines `<residual-distribution>`, with its attribute `label` as heading. It fires `residual-choice` with a
 * `ChoiceDetail` when a token is chosen. Does nothing if it is already defined.
 */
export function defineDistribution(): void {
  define('residual-distribution', [style], sheet =>
    class extends HTMLElement implements DistributionElement {
      static readonly observedAttributes = ['label'];
      #tokens: readonly LikelyToken[] = [];
      readonly #rows: Row[] = [];
      readonly #rest = new Row(make('li', { class: 'rest' }));
      readonly #heading = make('h3', { id: 'heading' });
      readonly #list = make('ol', { 'aria-labelledby': 'heading' });

      constructor() {
        super();
        shadow(this, sheet).append(this.#heading, this.#list);
        this.#list.addEventListener('keydown', event =>
          moveInList(
            event,
            this.#rows.map(({ element }) => element),
          ),
        );
      }

      attributeChangedCallback(_name: string, _before: string | null, value: string | null): void {
        this.#heading.textContent = value;
      }

      get tokens(): readonly LikelyToken[] {
        return this.#tokens;
      }

      set tokens(tokens: readonly LikelyToken[]) {
        this.#tokens = tokens;
        while (this.#rows.length < tokens.length) this.#rows.push(this.#row(this.#rows.length));
        for (const { element } of this.#rows.splice(tokens.length)) element.parentElement!.remove();
        let rest = 1;
        for (const [i, { text, probability, chosen = false }] of tokens.entries()) {
          this.#rows[i]!.show(text, probability);
          this.#rows[i]!.element.classList.toggle('chosen', chosen);
          rest -= probability;
        }
        this.#rest.show(undefined, Math.max(0, rest));
        if (tokens.length > 0) this.#list.append(this.#rest.element);
        else this.#rest.element.remove();
      }

      #row(index: number): Row {
        const button = make('button', { type: 'button', tabindex: index === 0 ? '0' : '-1' });
        button.addEventListener('click', () => fire(this, 'residual-choice', this.#tokens[index]));
        this.#list.append(make('li', {}, button));
        return new Row(button);
      }
    });
}
