import { define, shadow } from './parts.js';
import { RibbonsView, ribbonStyle, sides } from './ribbons-view.js';

/** The detail of `residual-word`: a word of one of the two texts. */
export interface WordDetail {
  readonly side: 'source' | 'target';
  readonly index: number;
  /** Its weights, one for each word of the other text. */
  readonly weights: readonly number[];
}

/** The words of two texts, and the attention weights from target words to source words. */
export interface Ribbons {
  readonly source: readonly string[];
  readonly target: readonly string[];
  readonly weights: { readonly shape: readonly number[]; readonly data: ArrayLike<number> };
  /**
   * Whether a word follows the one before without a space, as a full stop does, for each word of both texts. With it
   * words in a row stand as in a sentence; without it they stand apart.
   */
  readonly joined?: { readonly source: readonly boolean[]; readonly target: readonly boolean[] };
  /** Indices of target words that are marked as unsure, by a dotted line. */
  readonly unsure?: readonly number[];
}

/**
 * `<residual-ribbons>`: the words of two texts with ribbons between them whose widths are the weights; a word is
 * selected by pointer, or by Tab and arrow keys.
 */
export interface RibbonsElement extends HTMLElement {
  /**
   * Shows two texts, of the target only the first `written` words; default all. Throws if the weights are not
   * [targets, sources].
   */
  show(ribbons: Ribbons, options?: { readonly written?: number }): void;
  /** How many words of the target are visible; the ribbons of further words grow from the source. */
  written: number;
  /** Selects a word, as the pointer does, and fires `residual-word`. Throws if there is none. */
  select(side: WordDetail['side'], index: number): WordDetail;
  /** The rectangle of a word on the screen; of size 0 if there is none. */
  rectOf(side: WordDetail['side'], index: number): DOMRect;
  /** The selected word; undefined if there is none. */
  readonly selected: WordDetail | undefined;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-ribbons': RibbonsElement;
  }
}

/**
 * Defines `<residual-ribbons>`. It fires `residual-word` with a `WordDetail` when the pointer or the focus moves to a
 * word. Its attributes `source-lang` and `target-lang` are the languages of the texts, `source-label` and
 * `target-label` their names. Its attribute `layout` becomes `rows`, or `columns` if the words do not fit beside each
 * other; its parts are `source`, `target` and `sentence`, the sentence about the selected word. Does nothing if it is
 * already defined.
 */
export function defineRibbons(): void {
  define('residual-ribbons', [ribbonStyle], style =>
    class extends HTMLElement implements RibbonsElement {
      static readonly observedAttributes = sides.flatMap(side => [`${side}-lang`, `${side}-label`]);
      readonly #view = new RibbonsView(this, shadow(this, style));
      #connection: AbortController | undefined;

      connectedCallback(): void {
        this.#connection = new AbortController();
        this.#view.observe(this.#connection.signal);
      }

      disconnectedCallback(): void {
        this.#connection?.abort();
      }

      attributeChangedCallback(name: string, _: string | null, value: string | null): void {
        const [side, kind] = name.split('-') as [WordDetail['side'], 'lang' | 'label'];
        this.#view.name(side, kind === 'lang' ? 'lang' : 'aria-label', value ?? side);
      }

      get selected(): WordDetail | undefined {
        return this.#view.selected;
      }

      get written(): number {
        return this.#view.written;
      }

      set written(count: number) {
        this.#view.written = count;
      }

      show(ribbons: Ribbons, { written = ribbons.target.length }: { readonly written?: number } = {}): void {
        this.#view.show(ribbons, written);
      }

      rectOf(side: WordDetail['side'], index: number): DOMRect {
        return this.#view.rectOf(side, index);
      }

      select(side: WordDetail['side'], index: number): WordDetail {
        return this.#view.select(side, index);
      }
    });
}
