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
}

/**
 * `<residual-ribbons>`: the words of two texts with ribbons between them whose widths are the weights; a word is
 * selected by pointer, or by Tab and arrow keys.
 */
export interface RibbonsElement extends HTMLElement {
  /** Shows two texts. Throws if the weights are not [targets, sources]. */
  show(ribbons: Ribbons): void;
  /** Selects a word, as the pointer does, and fires `residual-word`. Throws if there is none. */
  select(side: WordDetail['side'], index: number): WordDetail;
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
 * `target-label` their names. Does nothing if it is already defined.
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

      show(ribbons: Ribbons): void {
        this.#view.show(ribbons);
      }

      select(side: WordDetail['side'], index: number): WordDetail {
        return this.#view.select(side, index);
      }
    });
}
