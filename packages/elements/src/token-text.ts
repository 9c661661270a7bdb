import { type CharacterPart, characterParts, partDescription, partLabel } from './character-parts.js';
import { define, fire, listMove, make, shadow, showSpaces } from './parts.js';
import { colourOf, colourStyle } from './token-colours.js';
import { codePointsBefore, groupTokens, type TokenWithOffset } from './token-groups.js';

/**
 * `<residual-token-text>`: a text coloured by its tokens, and a table of the tokens with ids and offsets; a token is
 * selected by pointer or arrow keys. The attribute `view` shows one of the two: `text`, `table`, or `backdrop`, the
 * colours of the text alone, without its letters, to lie behind a text field that has the same font and width.
 */
export interface TokenTextElement extends HTMLElement {
  /** Shows a text and its tokens, at most the first `maxTokens` of them (2000 if absent). */
  show(text: string, tokens: readonly TokenWithOffset[], options?: { readonly maxTokens?: number }): void;
  /** The index of the selected token; -1 if there is none. */
  selected: number;
  /** The index of the token at a point of the window; -1 if there is none. Also finds it under a text field. */
  tokenAt(clientX: number, clientY: number): number;
}

declare global {
  interface HTMLElementTagNameMap {
    'residual-token-text': TokenTextElement;
  }
}

const style = `
.text {
  font: 1.375rem/2 var(--residual-serif, inherit); white-space: pre-wrap; overflow-wrap: anywhere;
  unicode-bidi: plaintext; min-height: 2.75rem;
}
.text span {
  background: var(--fill); cursor: default; box-decoration-break: clone; -webkit-box-decoration-break: clone;
  padding-block: 0.2em;
}
.text span.selected { outline: 2px solid var(--ink); outline-offset: -1px; }
.text .line::before { content: '↵'; opacity: 0.45; }
.text b {
  font: 0.75rem var(--mono); margin-inline: 0.15em; padding: 0.3em 0.4em; border-radius: 0.3em;
  background: var(--fill); unicode-bidi: isolate; vertical-align: 0.25em;
}
:host([view=backdrop]) .text {
  font: inherit; color: transparent; min-height: 0; unicode-bidi: inherit; user-select: none;
}
:host([view=backdrop]) .text::after { content: '\\200b'; } /* the line after a line end at the end */
:host([view=backdrop]) :is(b, .line::before) { display: none; }
:host(:is([view=backdrop], [view=text])) .rows, :host([view=table]) .text { display: none; }
:host([view=table]) .rows { margin-top: 0; }
.rows { overflow: auto; max-height: 26rem; margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%; font-size: 0.875rem; font-variant-numeric: tabular-nums; }
th, td {
  padding: 0.3rem clamp(0.5rem, 1.5vw, 1rem) 0.3rem 0; text-align: start; font-weight: 400; white-space: nowrap;
}
thead th {
  position: sticky; top: 0; background: var(--paper); font-size: 0.75rem; color: var(--muted);
  box-shadow: inset 0 -1px var(--line);
}
td.token { font-family: var(--mono); font-size: 0.8125rem; }
td.token span {
  background: var(--fill); padding: 0.1em 0.35em; border-radius: 0.25em; unicode-bidi: isolate; white-space: pre;
}
td.text-span { unicode-bidi: isolate; }
tbody tr { cursor: default; }
tbody tr[aria-selected=true] {
  box-shadow: inset 2px 0 var(--accent); background: color-mix(in srgb, var(--accent) 10%, transparent);
}
tbody tr:focus-visible { outline-offset: -2px; }
.rest { color: var(--muted); font-size: 0.8125rem; } .rest:empty { display: none; }
`;

const heads = ['#', 'id', 'token', 'text', 'UTF-16 units', 'code points'];
/** The fill of a span: one colour, or a stripe for each of its tokens. */
function fillOf(tokens: readonly number[]): string {
  if (tokens.length === 1) return colourOf(tokens[0]!);
  const stop = (i: number) => `${((100 * i) / tokens.length).toFixed(2)}%`;
  const stripes = tokens.map((token, i) => `${colourOf(token)} ${stop(i)} ${stop(i + 1)}`);
  return `linear-gradient(90deg, ${stripes.join(', ')})`;
}

/**
 * Defines `<residual-token-text>`. It fires `residual-token` with `{ index, token }` when the pointer or the focus
 * moves to a token. Does nothing if it is already defined.
 */
export function defineTokenText(): void {
  define('residual-token-text', [colourStyle(), style], sheet =>
    class extends HTMLElement implements TokenTextElement {
      #tokens: readonly TokenWithOffset[] = [];
      #selected = -1;
      #spans: (HTMLElement | undefined)[] = [];
      readonly #text = make('div', { class: 'text', dir: 'auto' });
      readonly #body = make('tbody');
      readonly #rows = make('div', { class: 'rows' });
      readonly #rest = make('p', { class: 'rest' });

      constructor() {
        super();
        const head = make('thead', {}, make('tr', {}, ...heads.map(name => make('th', { scope: 'col' }, name))));
        const table = make('table', { role: 'grid', 'aria-label': 'tokens' }, head, this.#body);
        this.#rows.append(table);
        shadow(this, sheet).append(this.#text, this.#rows, this.#rest);
        const indexOf = (event: Event) =>
          Number((event.target as Element).closest<HTMLElement>('tr')?.dataset.index ?? -1);
        for (const event of ['pointermove', 'pointerdown', 'focusin'])
          this.#body.addEventListener(event, given => this.#select(indexOf(given)));
        for (const event of ['pointermove', 'pointerdown'] as const)
          this.#text.addEventListener(event, ({ target, clientX }) =>
            this.#select(tokenOf(target as Element, clientX)),
          );
        this.#body.addEventListener('keydown', event => this.#move(event));
      }

      show(text: string, tokens: readonly TokenWithOffset[], { maxTokens = 2000 } = {}): void {
        const displayed = tokens.slice(0, maxTokens);
        const end = displayed.reduce((last, { offset }) => Math.max(last, offset[1]), 0);
        const view = this.getAttribute('view');
        const shown = displayed.length < tokens.length ? text.slice(0, end) : text;
        this.#tokens = displayed;
        this.#selected = -1;
        this.#spans = [];
        this.#text.replaceChildren();
        for (const group of view === 'table' ? [] : groupTokens(shown, displayed)) {
          const span = spanOf(shown.slice(group.start, group.end), group.tokens, displayed);
          this.#text.append(span);
          if (typeof span !== 'string') for (const token of group.tokens) this.#spans[token] = span;
        }
        const unseen = text.slice(shown.length);
        if (view === 'backdrop' && unseen !== '') this.#text.append(unseen); // so that the lines stay where they are
        const rest = tokens.length - displayed.length;
        this.#rest.textContent = rest > 0 ? `${rest} more tokens are not shown.` : '';
        this.#body.replaceChildren();
        if (view === null || view === 'table') this.#body.append(...rowsOf(shown, displayed));
      }

      tokenAt(clientX: number, clientY: number): number {
        const found = this.shadowRoot!.elementsFromPoint(clientX, clientY).find(each => each.matches('[data-tokens]'));
        return found ? tokenOf(found, clientX) : -1;
      }

      get selected(): number {
        return this.#selected;
      }

      set selected(index: number) {
        for (const [at, isSelected] of [
          [this.#selected, false],
          [index, true],
        ] as const) {
          this.#spans[at]?.classList.toggle('selected', isSelected);
          this.#row(at)?.setAttribute('aria-selected', String(isSelected));
          this.#row(at)?.setAttribute('tabindex', isSelected ? '0' : '-1');
        }
        this.#selected = this.#tokens[index] ? index : -1;
        if (this.#selected !== 0) this.#row(0)?.setAttribute('tabindex', this.#selected < 0 ? '0' : '-1');
      }

      #row(index: number): HTMLElement | undefined {
        return index < 0 ? undefined : (this.#body.children[index] as HTMLElement | undefined);
      }

      #select(index: number): void {
        const token = this.#tokens[index];
        if (!token || index === this.#selected) return;
        this.selected = index;
        const row = this.#row(index);
        if (row) reveal(row, this.#rows);
        fire(this, 'residual-token', { index, token });
      }

      #move(event: KeyboardEvent): void {
        const last = this.#tokens.length - 1;
        const from = Math.max(this.#selected, 0);
        const to = listMove(event.key, from, this.#tokens.length);
        if (to === undefined || last < 0) return;
        event.preventDefault();
        this.#row(Math.min(Math.max(to, 0), last))!.focus();
      }
    });
}

/** An element for a span of the text; a special token shows its name. A span without tokens is plain text. */
function spanOf(text: string, indices: readonly number[], tokens: readonly TokenWithOffset[]): HTMLElement | string {
  const [first] = indices;
  if (first === undefined) return text;
  const span = text === '' ? make('b', {}, tokens[first]!.token) : make('span', {}, text);
  if (text.includes('\n')) span.classList.add('line');
  span.style.setProperty('--fill', fillOf(indices));
  span.dataset.tokens = indices.join(' ');
  return span;
}

/** The token of an element under the pointer, -1 if there is none; in a span of several tokens that of the stripe. */
function tokenOf(target: Element, clientX: number): number {
  const span = target.closest<HTMLElement>('[data-tokens]');
  if (!span) return -1;
  const tokens = span.dataset.tokens!.split(' ').map(Number);
  const { left, width } = span.getBoundingClientRect();
  const stripe = Math.floor(((clientX - left) / Math.max(width, 1)) * tokens.length);
  return tokens[Math.min(Math.max(stripe, 0), tokens.length - 1)]!;
}

/** Scrolls a box with a table, and nothing around it, to a row. */
function reveal(row: HTMLElement, box: HTMLElement): void {
  const [inside, around] = [row.getBoundingClientRect(), box.getBoundingClientRect()];
  const head = inside.height; // the header of the table stays at its top
  if (inside.top < around.top + head) box.scrollTop += inside.top - around.top - head;
  else if (inside.bottom > around.bottom) box.scrollTop += inside.bottom - around.bottom;
}

/** The rows of the table. */
function rowsOf(text: string, tokens: readonly TokenWithOffset[]): HTMLElement[] {
  const before = codePointsBefore(text);
  const parts = characterParts(
    text,
    // A space that the tokenizer prepended has the offset of the first characters, but is no part of them.
    tokens.map(({ token, offset, isSpecial }) => (isSpecial || token === '▁' ? [0, 0] : offset)),
  );
  return tokens.map((token, index) => row(text, token, index, before, parts[index]));
}

function row(
  text: string,
  { id, token, offset: [start, end], isSpecial = false }: TokenWithOffset,
  index: number,
  before: (unit: number) => number,
  part: CharacterPart | undefined,
): HTMLElement {
  const name = make('span', { dir: 'auto' }, showSpaces(part ? partLabel(part) : token));
  if (part) name.title = `${partDescription(part)}; the vocabulary calls it ${token}`;
  name.style.setProperty('--fill', colourOf(index));
  const offsets = isSpecial ? ['special', ''] : [`${start}–${end}`, `${before(start)}–${before(end)}`];
  const covered = isSpecial ? '' : showSpaces(text.slice(start, end));
  const cells = [String(index), String(id), name, make('span', { dir: 'auto' }, covered), ...offsets];
  const all = make('tr', { 'data-index': String(index), tabindex: index === 0 ? '0' : '-1', 'aria-selected': 'false' });
  const classes = ['', '', 'token', 'text-span'];
  all.append(...cells.map((cell, i) => make('td', classes[i] ? { class: classes[i] } : {}, cell)));
  return all;
}
