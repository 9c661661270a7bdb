import { make, shadow, sheet, visible } from './parts.js';

/** The attention weights of one head: `data[query * keyLen + key]`, rows that sum to 1. */
export interface AttentionWeights {
  /** [queryLen, keyLen] */
  readonly shape: readonly [queryLen: number, keyLen: number];
  readonly data: ArrayLike<number>;
}

/** What `residual-cell` carries: which query looks at which key, and with what weight. */
export interface CellDetail {
  readonly query: number;
  readonly key: number;
  readonly weight: number;
}

/** `<residual-attention>`: who looks at whom, as a triangle: a row for each query, a column for each key up to it. */
export interface AttentionElement extends HTMLElement {
  /** Shows the weights of one head over tokens; throws where their numbers differ. */
  show(tokens: readonly string[], weights: AttentionWeights): void;
  /** Reads one cell off, as pointer and arrow keys do; throws where a key comes after its query or there is none. */
  read(query: number, key: number): CellDetail;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-attention': AttentionElement;
  }
}

const style = `
:host { display: block; }
.scroll { overflow: auto; max-height: 32rem; max-width: 100%; }
table { border-collapse: collapse; font-size: 0.75rem; }
th { font: inherit; font-family: ui-monospace, monospace; white-space: nowrap; padding: 0 0.3rem; }
tbody th { text-align: end; }
thead th { writing-mode: vertical-rl; transform: rotate(180deg); text-align: start; padding: 0.3rem 0; }
td { min-width: 1.6rem; height: 1.6rem; padding: 0; }
td[data-key] { border: 1px solid color-mix(in srgb, currentColor 18%, transparent); }
td[data-key]:focus-visible, td.read { outline: 2px solid currentColor; outline-offset: -1px; }
output { display: block; min-height: 1.5rem; margin-top: 0.4rem; font-variant-numeric: tabular-nums; }
`;

const causal = (query: number, key: number, [queryLen, keyLen]: readonly [number, number]) =>
  key <= query + keyLen - queryLen;

/** Defines `<residual-attention>`; it fires `residual-cell` with a `CellDetail` for the cell that is read. Does nothing where it is defined. */
export function defineAttention(): void {
  if (customElements.get('residual-attention')) return;
  const shared = sheet(style);
  customElements.define(
    'residual-attention',
    class extends HTMLElement implements AttentionElement {
      #tokens: readonly string[] = [];
      #weights: AttentionWeights = { shape: [0, 0], data: [] };
      #cell: HTMLElement | undefined;
      readonly #table = make('table', { role: 'grid', 'aria-label': 'attention weights' });
      readonly #output = make('output', { 'aria-live': 'polite' });

      constructor() {
        super();
        shadow(this, shared).append(make('div', { class: 'scroll' }, this.#table), this.#output);
        const look = (event: Event) => {
          const cell = (event.target as Element).closest<HTMLElement>('td[data-key]');
          if (cell) this.read(Number(cell.dataset.query), Number(cell.dataset.key));
        };
        this.#table.addEventListener('pointerover', look);
        this.#table.addEventListener('focusin', look);
        this.#table.addEventListener('keydown', event => this.#move(event));
      }

      show(tokens: readonly string[], weights: AttentionWeights): void {
        const [queryLen, keyLen] = weights.shape;
        if (tokens.length !== keyLen || weights.data.length !== queryLen * keyLen) {
          throw new RangeError(
            `residual-attention: ${tokens.length} tokens and ${weights.data.length} weights do not fit [queryLen ${queryLen}, keyLen ${keyLen}]; they need ${keyLen} and ${queryLen * keyLen}`,
          );
        }
        this.#tokens = tokens;
        this.#weights = weights;
        this.#cell = undefined;
        this.#output.textContent = 'Point at a cell, or move with the arrow keys, to read its weight.';
        const names = tokens.map(text => make('th', { scope: 'col' }, visible(text)));
        const rows = Array.from({ length: queryLen }, (_, query) => this.#row(query));
        const corner = make('td');
        this.#table.replaceChildren(make('thead', {}, make('tr', {}, corner, ...names)), make('tbody', {}, ...rows));
        this.#at(0, 0)?.setAttribute('tabindex', '0');
      }

      read(query: number, key: number): CellDetail {
        const cell = this.#at(query, key);
        if (!cell) throw new RangeError(`residual-attention: query ${query} has no key ${key} to look at`);
        const weight = this.#weight(query, key);
        if (cell === this.#cell) return { query, key, weight };
        for (const old of [this.#cell, this.#at(0, 0)]) {
          old?.classList.remove('read');
          old?.setAttribute('tabindex', '-1');
        }
        cell.classList.add('read');
        cell.setAttribute('tabindex', '0');
        this.#cell = cell;
        this.#output.textContent = this.#words(query, key);
        const detail: CellDetail = { query, key, weight };
        this.dispatchEvent(new CustomEvent('residual-cell', { detail, bubbles: true, composed: true }));
        return detail;
      }

      #row(query: number): HTMLElement {
        const { shape } = this.#weights;
        const cells = this.#tokens.map((_, key) => {
          if (!causal(query, key, shape)) return make('td', { 'aria-hidden': 'true' });
          const cell = make('td', {
            'data-query': String(query),
            'data-key': String(key),
            'aria-label': this.#words(query, key),
            tabindex: '-1',
          });
          const share = Math.min(this.#weight(query, key), 1) * 100;
          cell.style.background = `color-mix(in srgb, var(--residual-accent, #4666d0) ${share.toFixed(1)}%, transparent)`;
          return cell;
        });
        return make('tr', {}, make('th', { scope: 'row' }, visible(this.#name(query))), ...cells);
      }

      #name(query: number): string {
        const [queryLen, keyLen] = this.#weights.shape;
        return this.#tokens[query + keyLen - queryLen]!;
      }

      #weight(query: number, key: number): number {
        return this.#weights.data[query * this.#weights.shape[1] + key]!;
      }

      #words(query: number, key: number): string {
        const [from, to] = [visible(this.#name(query)), visible(this.#tokens[key]!)];
        return `${from} looks at ${to}: ${this.#weight(query, key).toFixed(4)}`;
      }

      #at(query: number, key: number): HTMLElement | undefined {
        const selector = `td[data-query="${query}"][data-key="${key}"]`;
        return this.#table.querySelector<HTMLElement>(selector) ?? undefined;
      }

      #move(event: KeyboardEvent): void {
        const step = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }[event.key];
        if (!step || !this.#cell) return;
        event.preventDefault();
        const { query, key } = this.#cell.dataset;
        this.#at(Number(query) + step[0]!, Number(key) + step[1]!)?.focus();
      }
    },
  );
}
