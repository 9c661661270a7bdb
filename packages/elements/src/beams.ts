import type { BeamColumn, NodeIndex } from './beam-tree.js';
import { BeamsView, beamStyle } from './beams-view.js';
import { define, shadow } from './parts.js';

/** `<residual-beams>`: the tree of a beam search as it grows, with a column for each step and a row for each beam. */
export interface BeamsElement extends HTMLElement {
  /** The steps so far. */
  readonly columns: readonly BeamColumn[];
  /** Starts a new tree. */
  clear(): void;
  /** Adds a step. */
  push(column: BeamColumn): void;
  /**
   * Marks the winner, by its step and its index among the ends of that step, and scrolls to the beginning of the tree.
   * Throws if there is none.
   */
  markWinner(step: number, end: number): void;
  /** Selects a node, as the pointer does. Throws if there is none. */
  select(index: NodeIndex): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-beams': BeamsElement;
  }
}

/** Defines `<residual-beams>`. Does nothing if it is already defined. */
export function defineBeams(): void {
  define('residual-beams', [beamStyle], style =>
    class extends HTMLElement implements BeamsElement {
      readonly #view = new BeamsView(shadow(this, style));

      get columns(): readonly BeamColumn[] {
        return this.#view.columns;
      }

      clear(): void {
        this.#view.clear();
      }

      push(column: BeamColumn): void {
        this.#view.push(column);
      }

      markWinner(step: number, end: number): void {
        this.#view.markWinner(step, end);
      }

      select(index: NodeIndex): void {
        this.#view.select(index);
      }
    });
}
