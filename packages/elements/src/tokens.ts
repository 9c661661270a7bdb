import { type CharacterPart, partDescription, partLabel } from './character-parts.js';
import { define, fire, listMove, make, onOption, shadow, showSpaces } from './parts.js';
import { colourOf, colourStyle } from './token-colours.js';

/** A token to display. */
export interface DisplayedToken {
  readonly text: string;
  readonly id: number;
  /** The part of a character that it holds, shown instead of its text; absent for whole characters. */
  readonly part?: CharacterPart | undefined;
  /** Whether it is part of the prompt, not written by the model. */
  readonly isPrompt?: boolean;
  /** Its span of the whole text, `[start, end)` in UTF-16 units, if known. */
  readonly offset?: readonly [start: number, end: number];
  /** Its own shade 0 .. 1, such as its surprise; the default shade if absent. */
  readonly shade?: number;
  /** Whether it is underlined, such as the token at which two texts part. */
  readonly isMarked?: boolean;
  /** A note for its tooltip. */
  readonly note?: string;
}

/** The detail of `residual-token`: the token under the pointer or with the focus. */
export interface TokenDetail {
  readonly index: number;
  readonly token: DisplayedToken;
}

/**
 * `<residual-tokens>`: a text as its tokens, each with its id; a token is selected by pointer, or by Tab and arrow
 * keys. With the attribute `coloured` neighbours have different colours.
 */
export interface TokensElement extends HTMLElement {
  /** The tokens; setting them clears the selection. */
  tokens: readonly DisplayedToken[];
  /** The index of the selected token; -1 if there is none. */
  selected: number;
  /** Appends tokens, in time that does not depend on the number of tokens so far. */
  push(...tokens: readonly DisplayedToken[]): void;
  /** Replaces the token at an index, if there is one; the selection stays. */
  replace(index: number, token: DisplayedToken): void;
  /** Selects a token, as the pointer does, and fires `residual-token`. */
  select(index: number): void;
  /**
   * Shades the tokens by numbers 0 .. 1, such as a row of attention weights; tokens without a number get no shade.
   * Without numbers their own shades return.
   */
  shade(weights?: ArrayLike<number>): void;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-tokens': TokensElement;
  }
}

const style = `
[role=listbox] { display: flex; flex-wrap: wrap; gap: 0.3rem var(--residual-token-gap, 0.15rem); min-height: 2.9rem; }
[role=option] {
  --shade: 12%; display: inline-grid; justify-items: start; padding: 0.1rem 0.3rem 0.2rem; border-radius: 0.3rem;
  cursor: default; max-width: 100%; overflow-wrap: anywhere; unicode-bidi: isolate;
  font: var(--residual-token-size, 1.0625rem)/1.35 var(--residual-serif, inherit);
  background: color-mix(in srgb, var(--residual-token-tint, var(--accent)) var(--shade), transparent);
}
[role=option].prompt { --shade: 0%; box-shadow: inset 0 0 0 1px var(--line); }
[aria-selected=true][role=option] { box-shadow: inset 0 0 0 2px var(--accent); }
[role=option] small { font: 0.6875rem/1.2 var(--mono); color: var(--muted); }
.shaded small { color: inherit; }
:host([coloured]) [role=option] { background: var(--colour); }
:host([coloured]) small { color: inherit; opacity: 0.8; }
[role=option] i { font-style: normal; opacity: 0.45; }
.marked[role=option] span { text-decoration: underline 0.12em; text-underline-offset: 0.2em; font-weight: 700; }
:host([running]) [role=listbox] { display: block; line-height: 1.7; }
:host([running]) [role=option] {
  display: inline; padding: 0; background: none; white-space: pre-wrap; line-height: inherit;
}
:host([running]) [role=option] span {
  padding: 0.12em 0; border-radius: 0.15em; -webkit-box-decoration-break: clone; box-decoration-break: clone;
  background: color-mix(in srgb, var(--residual-token-tint, var(--accent)) var(--shade), transparent);
}
:host([running]) .prompt[role=option] { box-shadow: none; border-bottom: 1px solid var(--muted); border-radius: 0; }
:host([running]) [aria-selected=true][role=option] { box-shadow: none; }
:host([running]) [aria-selected=true] span { box-shadow: 0 0 0 2px var(--accent); }
@media (prefers-reduced-motion: no-preference) {
  [role=listbox] { transition: column-gap 600ms; }
  :host([running]) [role=option] { animation: appear 350ms; }
  @keyframes appear { from { opacity: 0; } }
}
`;

/** The text with its spaces and line ends as faint signs. */
const signed = (text: string) =>
  showSpaces(text)
    .split(/([·↵⇥∅])/)
    .filter(part => part !== '')
    .map(part => (/^[·↵⇥∅]$/.test(part) ? make('i', {}, part) : part));

/** The characters of a part with the fraction as a faint sign. */
const fraction = (part: CharacterPart) => {
  const label = partLabel(part);
  return [showSpaces(part.characters || label), part.characters && make('i', {}, label.slice(part.characters.length))];
};

const shadeOf = (share: number) => `${(Math.min(Math.max(share, 0), 1) * 45).toFixed(1)}%`;

function optionOf(token: DisplayedToken, index: number, isRunning: boolean): HTMLElement {
  const { text, id, isPrompt, offset, part, shade, isMarked, note } = token;
  const option = make('div', { role: 'option', 'aria-selected': 'false', 'data-index': String(index) });
  option.tabIndex = index === 0 ? 0 : -1;
  if (isPrompt) option.classList.add('prompt');
  if (isMarked) option.classList.add('marked');
  if (shade !== undefined) option.style.setProperty('--shade', shadeOf(shade));
  option.style.setProperty('--colour', colourOf(index));
  const span = offset ? `, characters ${offset[0]} to ${offset[1]}` : '';
  const share = part && part.characters !== '' ? `, ${partDescription(part)}` : '';
  option.title = `token ${index}, id ${id}${span}${share}${note === undefined ? '' : `: ${note}`}`;
  if (isRunning && !part) {
    // The space before a word has no tint, so that a line does not begin or end with it.
    const word = text.trimStart() || text;
    option.append(text.slice(0, text.length - word.length), make('span', {}, word));
  } else option.append(make('span', { dir: 'auto' }, ...(part ? fraction(part) : signed(text))));
  if (!isRunning) option.append(make('small', {}, String(id)));
  return option;
}

/**
 * Defines `<residual-tokens>`. It fires `residual-token` with a `TokenDetail` when the pointer or the focus moves to a
 * token. Does nothing if it is already defined.
 */
export function defineTokens(): void {
  define('residual-tokens', [colourStyle(), style], sheet =>
    class extends HTMLElement implements TokensElement {
      #tokens: DisplayedToken[] = [];
      #selected = -1;
      readonly #list = make('div', { role: 'listbox', 'aria-orientation': 'horizontal' });

      constructor() {
        super();
        shadow(this, sheet).append(this.#list);
        // Not pointerover, which also fires when the page scrolls under a resting mouse.
        onOption(this.#list, 'pointermove', ({ dataset }) => this.select(Number(dataset.index)));
        this.#list.addEventListener('keydown', event => this.#move(event));
      }

      connectedCallback(): void {
        this.#list.setAttribute('aria-label', this.getAttribute('label') ?? 'tokens');
      }

      get tokens(): readonly DisplayedToken[] {
        return this.#tokens;
      }

      set tokens(tokens: readonly DisplayedToken[]) {
        this.#tokens = [];
        this.#selected = -1;
        this.#list.replaceChildren();
        this.push(...tokens);
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

      push(...tokens: readonly DisplayedToken[]): void {
        const options = tokens.map((token, i) => this.#make(token, this.#tokens.length + i));
        this.#list.append(...options);
        for (const token of tokens) this.#tokens.push(token);
      }

      replace(index: number, token: DisplayedToken): void {
        const before = this.#option(index);
        if (!before) return;
        const option = this.#make(token, index);
        option.tabIndex = (before as HTMLElement).tabIndex;
        option.setAttribute('aria-selected', before.getAttribute('aria-selected')!);
        before.replaceWith(option);
        this.#tokens[index] = token;
      }

      shade(weights?: ArrayLike<number>): void {
        this.#list.classList.toggle('shaded', weights !== undefined);
        for (const [index, option] of [...this.#list.children].entries()) {
          const share = weights ? (weights[index] ?? 0) : this.#tokens[index]!.shade;
          if (share === undefined) (option as HTMLElement).style.removeProperty('--shade');
          else (option as HTMLElement).style.setProperty('--shade', shadeOf(share));
        }
      }

      #make(token: DisplayedToken, index: number): HTMLElement {
        return optionOf(token, index, this.hasAttribute('running'));
      }

      #option(index: number): Element | undefined {
        return index < 0 ? undefined : this.#list.children[index];
      }

      select(index: number): void {
        const token = this.#tokens[index];
        if (!token || index === this.#selected) return;
        this.selected = index;
        const detail: TokenDetail = { index, token };
        fire(this, 'residual-token', detail);
      }

      #move(event: KeyboardEvent): void {
        const last = this.#tokens.length - 1;
        const from = Math.max(this.#selected, 0);
        const to = listMove(event.key, from, this.#tokens.length, ['ArrowLeft', 'ArrowRight']);
        if (to === undefined || last < 0) return;
        event.preventDefault();
        (this.#option(Math.min(Math.max(to, 0), last)) as HTMLElement).focus();
      }
    });
}
