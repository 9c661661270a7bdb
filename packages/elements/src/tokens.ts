import { make, shadow, sheet, visible } from './parts.js';

/** One token as it is shown. */
export interface ShownToken {
  readonly text: string;
  readonly id: number;
  /** Whether it was given as part of the prompt, not written by the model. */
  readonly given?: boolean;
}

/** What `residual-token` carries: which token is under the pointer or has the focus. */
export interface TokenDetail {
  readonly index: number;
  readonly token: ShownToken;
}

/** `<residual-tokens>`: a text as its tokens, each with its id; one of them can be looked at by pointer, or by Tab and arrow keys. */
export interface TokensElement extends HTMLElement {
  /** What is shown; setting it shows the new list and forgets what was selected. */
  tokens: readonly ShownToken[];
  /** The token that is looked at, -1 where there is none. */
  selected: number;
  /** Adds one token at the end, in constant time. */
  push(token: ShownToken): void;
  /** Looks at a token as the pointer does, and tells about it. */
  look(index: number): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-tokens': TokensElement;
  }
}

const style = `
:host { display: block; }
[role=listbox] { display: flex; flex-wrap: wrap; gap: 0.15rem 0.1rem; min-height: 3rem; }
[role=option] { display: inline-flex; flex-direction: column; align-items: center; padding: 0.1rem 0.2rem; border-radius: 0.25rem;
  border: 1px solid transparent; cursor: default; max-width: 100%; overflow-wrap: anywhere;
  background: color-mix(in srgb, var(--residual-accent, #4666d0) 14%, Canvas); }
[role=option].given { background: none; border-color: color-mix(in srgb, currentColor 30%, transparent); }
[aria-selected=true] { border-color: var(--residual-accent, #4666d0); outline: 1px solid var(--residual-accent, #4666d0); }
[role=option]:focus-visible { outline: 3px solid var(--residual-accent, #4666d0); }
small { font: 0.68rem/1.2 ui-monospace, monospace; }
`;

/** Defines `<residual-tokens>`; it fires `residual-token` with a `TokenDetail` as the pointer or the focus moves. Does nothing where it is defined. */
export function defineTokens(): void {
  if (customElements.get('residual-tokens')) return;
  const shared = sheet(style);
  customElements.define(
    'residual-tokens',
    class extends HTMLElement implements TokensElement {
      #tokens: ShownToken[] = [];
      #selected = -1;
      readonly #list = make('div', { role: 'listbox', 'aria-orientation': 'horizontal' });

      constructor() {
        super();
        shadow(this, shared).append(this.#list);
        const indexOf = (event: Event) => {
          const option = (event.target as Element).closest('[role=option]');
          return option ? [...this.#list.children].indexOf(option) : -1;
        };
        const look = (event: Event) => this.look(indexOf(event));
        this.#list.addEventListener('pointerover', look);
        this.#list.addEventListener('focusin', look);
        this.#list.addEventListener('keydown', event => this.#move(event));
      }

      connectedCallback(): void {
        this.#list.setAttribute('aria-label', this.getAttribute('label') ?? 'tokens');
      }

      get tokens(): readonly ShownToken[] {
        return this.#tokens;
      }

      set tokens(tokens: readonly ShownToken[]) {
        this.#tokens = [];
        this.#selected = -1;
        this.#list.replaceChildren();
        for (const token of tokens) this.push(token);
      }

      get selected(): number {
        return this.#selected;
      }

      set selected(index: number) {
        const [before, now] = [this.#option(this.#selected), this.#option(index)];
        before?.setAttribute('aria-selected', 'false');
        now?.setAttribute('aria-selected', 'true');
        for (const option of [before, this.#option(0)]) option?.setAttribute('tabindex', '-1');
        (now ?? this.#option(0))?.setAttribute('tabindex', '0');
        this.#selected = now ? index : -1;
      }

      push(token: ShownToken): void {
        const option = make('div', { role: 'option', 'aria-selected': 'false' });
        option.tabIndex = this.#tokens.length === 0 ? 0 : -1;
        if (token.given) option.classList.add('given');
        option.append(make('span', {}, visible(token.text)), make('small', {}, String(token.id)));
        this.#list.append(option);
        this.#tokens.push(token);
      }

      #option(index: number): Element | undefined {
        return index < 0 ? undefined : this.#list.children[index];
      }

      look(index: number): void {
        const token = this.#tokens[index];
        if (!token || index === this.#selected) return;
        this.selected = index;
        const detail: TokenDetail = { index, token };
        this.dispatchEvent(new CustomEvent('residual-token', { detail, bubbles: true, composed: true }));
      }

      #move(event: KeyboardEvent): void {
        const last = this.#tokens.length - 1;
        const from = Math.max(this.#selected, 0);
        const to = { ArrowRight: from + 1, ArrowLeft: from - 1, Home: 0, End: last }[event.key];
        if (to === undefined || last < 0) return;
        event.preventDefault();
        (this.#option(Math.min(Math.max(to, 0), last)) as HTMLElement).focus();
      }
    },
  );
}
