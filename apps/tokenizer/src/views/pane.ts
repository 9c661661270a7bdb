import { byId, grouped, latestOnly, make, prefersStill, reportFailure } from '@residual/appkit';
import { characterParts, partDescription, type TokenTextElement } from '@residual/elements';
import type { Side } from '../settings.js';
import type { TokenizedText } from '../work/figures.js';
import type { Context } from './context.js';

/** A text field in which the tokens of its text are coloured, with figures and a table. */
export function paneOf(side: Side, { state, pair, worker }: Context): void {
  const suffix = side === 'first' ? '' : '-beside';
  const [field, backdrop] = [byId<HTMLTextAreaElement>(`text${suffix}`), byId<TokenTextElement>(`tokens${suffix}`)];
  const [table, fold] = [byId<TokenTextElement>(`table${suffix}`), byId<HTMLDetailsElement>('tables')];
  const latest = latestOnly();
  let shown: TokenizedText | undefined;
  /** The tokens that have letters in the text, by their index among all. */
  let inText: readonly number[] = [];

  const showTable = () => {
    byId(`table${suffix}-title`).textContent = pair.label(side);
    if (shown && fold.open) table.show(state.now.text, shown.tokens);
  };
  const show = async () => {
    const { text, special } = state.now;
    if (field.value !== text) field.value = text;
    const result = await latest(worker.tokenize(pair.name(side), text, special));
    if (!result) return;
    shown = result;
    inText = [...result.tokens.keys()].filter(index => {
      const { offset, isSpecial } = result.tokens[index]!;
      return !isSpecial && offset[1] > offset[0];
    });
    backdrop.show(
      text,
      inText.map(index => result.tokens[index]!),
    );
    byId(`figures${suffix}`).replaceChildren(...figuresOf(result));
    byId(`back${suffix}`).textContent = backSentence(result, text);
    showTable();
  };
  /** Shows the token at an index of those that have letters. */
  const select = (at: number) => {
    const index = inText[at];
    if (index === undefined || !shown || backdrop.selected === at) return;
    backdrop.selected = at;
    if (fold.open) table.selected = index;
    byId('token').replaceChildren(...tokenSentence(shown, index, field.value, pair.label(side)));
  };

  const walk = side === 'first' ? walkOver(() => inText.length, select) : () => {};
  field.addEventListener('input', () => state.set({ text: field.value }));
  field.addEventListener('pointermove', ({ clientX, clientY }) => select(backdrop.tokenAt(clientX, clientY)));
  field.addEventListener('pointerleave', () => {
    backdrop.selected = -1;
  });
  field.addEventListener('keyup', () => select(tokenAtCursor(shown, inText, field.selectionStart)));
  fold.addEventListener('toggle', showTable);
  const refresh = () => reportFailure(show());
  state.on(['text', 'special'], refresh);
  pair.onChange(changed => changed === side && refresh());
  refresh().then(walk);
}

/** Until the visitor does something, reads one token after another. */
function walkOver(count: () => number, select: (at: number) => void): () => void {
  return () => {
    if (prefersStill()) return;
    let at = 0;
    const timer = setInterval(() => select(at++ % Math.max(count(), 1)), pace);
    for (const event of ['pointerdown', 'pointermove', 'keydown', 'input'])
      addEventListener(event, () => clearInterval(timer), { once: true });
  };
}

/** Milliseconds for each token. */
const pace = 1100;

const counted = (count: number, noun: string) => `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;

function figuresOf({ tokens, characters, bytes, unknown }: TokenizedText): (Node | string)[] {
  const parts = [counted(characters, 'character'), counted(bytes, 'byte')];
  if (tokens.length > 0) parts.push(`${(characters / tokens.length).toFixed(1)} characters per token`);
  const lost = `${grouped(unknown)} unknown`;
  return [
    make('b', {}, counted(tokens.length, 'token')),
    ...parts.map(part => make('span', {}, part)),
    ...(unknown > 0 ? [make('span', { className: 'lost', title: 'Characters that are not on its list' }, lost)] : []),
  ];
}

/** What the tokens say when they are read back. */
function backSentence({ decoded, unknown }: TokenizedText, text: string): string {
  if (decoded === text) return 'Read back, the tokens give the same text.';
  const why =
    unknown > 0 ? ` ${counted(unknown, 'token')} stand${unknown === 1 ? 's' : ''} for unknown characters.` : '';
  return `Read back, the tokens give: ${decoded}${why}`;
}

/** The token before or around the cursor, by its index among those that have letters. */
function tokenAtCursor(shown: TokenizedText | undefined, inText: readonly number[], cursor: number): number {
  return inText.findLastIndex(index => shown!.tokens[index]!.offset[0] < Math.max(cursor, 1));
}

/** A sentence about a token. */
function tokenSentence({ tokens }: TokenizedText, index: number, text: string, label: string): (Node | string)[] {
  const { id, offset } = tokens[index]!;
  const part = characterParts(
    text,
    tokens.map(each => (each.isSpecial || each.token === '▁' ? [0, 0] : each.offset)),
  )[index];
  const name = part ? partDescription(part) : `“${text.slice(...offset)}”`;
  const span =
    offset[1] - offset[0] === 1 ? `character ${offset[0] + 1}` : `characters ${offset[0] + 1} to ${offset[1]}`;
  return [
    make('b', { dir: 'auto' }, name),
    ` is token ${index + 1} of ${tokens.length}, number `,
    make('b', {}, grouped(id)),
    ` on the list of ${label}. It covers ${span}.`,
  ];
}
