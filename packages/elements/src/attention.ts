import { AttentionMap, mapStyle } from './attention-map.js';
import { define, shadow } from './parts.js';

/** The attention weights of one head: `data[query * keyLen + key]`; each row sums to 1. */
export interface AttentionWeights {
  /** [queryLen, keyLen] */
  readonly shape: readonly [queryLen: number, keyLen: number];
  readonly data: ArrayLike<number>;
}

/** The detail of `residual-cell`: a query, a key and the weight between them. */
export interface CellDetail {
  readonly query: number;
  readonly key: number;
  readonly weight: number;
}

/** Options of `AttentionElement.show`. */
export interface AttentionOptions {
  /** The tokens of the queries [queryLen], for cross-attention. If absent, the last queryLen tokens. */
  readonly queries?: readonly string[];
  /** Whether keys after their query are masked; true if absent, but false with `queries`. */
  readonly masked?: boolean;
}

/**
 * `<residual-attention>`: the attention weights of one head, with a row for each query and a column for each key: a
 * triangle under a causal mask, else a rectangle. With the attribute `off` it is hatched, as a head that is switched
 * off.
 */
export interface AttentionElement extends HTMLElement {
  /**
   * Shows the weights of one head over tokens [keyLen]. The selected cell stays if the tokens are the same. Throws if
   * the shapes do not fit.
   */
  show(tokens: readonly string[], weights: AttentionWeights, options?: AttentionOptions): void;
  /**
   * Selects a cell, as the pointer and the arrow keys do, and fires `residual-cell`. Throws if the cell is masked or
   * does not exist.
   */
  read(query: number, key: number): CellDetail;
  /** The rectangle of a cell on the screen; of size 0 if there is none. */
  rectOf(query: number, key: number): DOMRect;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-attention': AttentionElement;
  }
}

/**
 * Defines `<residual-attention>`. It fires `residual-cell` with a `CellDetail` when a cell is selected. Does nothing if
 * it is already defined.
 */
export function defineAttention(): void {
  define('residual-attention', [mapStyle], style =>
    class extends HTMLElement implements AttentionElement {
      readonly #map = new AttentionMap(this, shadow(this, style));
      #connection: AbortController | undefined;

      connectedCallback(): void {
        this.#connection = new AbortController();
        this.#map.observe(this.#connection.signal);
      }

      disconnectedCallback(): void {
        this.#connection?.abort();
      }

      show(tokens: readonly string[], weights: AttentionWeights, options?: AttentionOptions): void {
        this.#map.show(tokens, weights, options);
      }

      read(query: number, key: number): CellDetail {
        return this.#map.read(query, key);
      }

      rectOf(query: number, key: number): DOMRect {
        return this.#map.rectOf(query, key);
      }
    });
}
