import { arrowDirection, attempt, byId, latestOnly, make, on, settingsFold } from '@residual/appkit';
import type { TokensElement } from '@residual/elements';
import type { MakeChapter } from '../chapters.js';
import { readControls } from '../controls.js';
import { promptTokens } from '../story/tokens.js';
import { expectedAlong, namesAfter, namesFrom, placeholder, potterAfter, storyOf } from './name-numbers.js';
import { nameSentence, potterSentence, share } from './sentences.js';

/** The probabilities of all names at the end, by the name at the start. */
interface Table {
  readonly names: readonly string[];
  readonly rows: (readonly number[])[];
}

/** Wires the chapter; returns the function that computes the probabilities of its names. */
export const nameView: MakeChapter = session => {
  const [body, head] = ['tbody', 'thead'].map(name => byId('names-table').querySelector(name)!);
  const story = byId<TokensElement>('name-story');
  const latest = latestOnly();
  let running = 0;
  let table: Table = { names: [], rows: [] };

  /** Shows what the model expects along the story about one name. */
  const pick = async (told: number, expected: number) => {
    const { names, rows } = table;
    const [name, word] = [names[told]!, names[expected]!];
    for (const button of body!.querySelectorAll('button')) {
      const isPicked = button.dataset.cell === `${told} ${expected}`;
      button.setAttribute('aria-pressed', String(isPicked));
      button.tabIndex = isPicked ? 0 : -1;
    }
    byId('name-result').textContent = nameSentence(name, word, rows[told]![expected]!, rows[expected]![expected]!);
    const { start, end } = readControls();
    const tokens = await promptTokens(session.model, storyOf(start, end, name));
    const ids = tokens.map(({ id }) => id);
    const along = await latest(expectedAlong(session.model, ids, word));
    if (!along) return;
    const blank = { id: -1, text: ' ____' };
    story.tokens = [...tokens, blank].map((token, i) => {
      return { ...token, isPrompt: false, shade: along[i]!, note: `“${word}” here: ${share(along[i]!)}` };
    });
    byId('name-key').textContent =
      `The stronger the tint of a token, the more the model expected “${word}” in its place.`;
  };

  body!.addEventListener('keydown', event => moveInTable(event as KeyboardEvent, body!));
  const compute = async () => {
    const own = ++running;
    const { start, end, names: list } = readControls();
    const { model } = session;
    if (!start.includes(placeholder))
      throw new Error(`Names: the beginning lacks ${placeholder}, which stands for the name.`);
    const names = namesFrom(list);
    if (names.length === 0) throw new Error('Names: there are none; enter some with commas between them.');
    table = { names, rows: [] };
    byId('names-caption').textContent = `What follows “… ${end
      .split(/[.!?]\s/)
      .at(-1)!
      .trim()}”`;
    head!.replaceChildren(
      make('tr', {}, make('td', {}, 'begins with'), ...names.map(name => make('th', { scope: 'col' }, name))),
    );
    body!.replaceChildren(...names.map(name => make('tr', {}, make('th', { scope: 'row' }, name))));
    for (const [told, name] of names.entries()) {
      const row = await namesAfter(model, storyOf(start, end, name), names);
      if (own !== running) return;
      table.rows.push(row);
      body!.children[told]!.append(
        ...row.map((probability, i) => cellOf(probability, `${told} ${i}`, () => pick(told, i))),
      );
    }
    await pick(0, 0);
    const { told, untold } = await potterAfter(model);
    const tokens = await session.textsOf(await model.tokensOf(' Harry Potter'));
    if (own === running) byId('potter').textContent = potterSentence(told, untold, tokens);
  };
  const describe = settingsFold('name-settings', () => readControls().names);
  on('name-form', 'submit', compute);
  return () => {
    describe();
    return compute();
  };
};

/** Moves from cell to cell; Tab reaches the one that is picked. */
function moveInTable(event: KeyboardEvent, body: Element): void {
  const [right, up] = arrowDirection(event.key) ?? [0, 0];
  const [row = 0, column = 0] = ((event.target as HTMLElement).dataset.cell ?? '').split(' ').map(Number);
  const next = body.querySelector<HTMLElement>(`[data-cell="${row - up} ${column + right}"]`);
  if ((right === 0 && up === 0) || !next) return;
  event.preventDefault();
  next.focus();
}

/** A cell of the table: a button with its probability as tint. */
function cellOf(probability: number, cell: string, pick: () => Promise<void>): HTMLElement {
  const button = make('button', { type: 'button', ariaPressed: 'false', tabIndex: -1 }, share(probability));
  button.dataset.cell = cell;
  button.addEventListener('click', () => attempt(pick));
  const element = make('td', {}, button);
  element.style.setProperty('--share', `${(100 * probability ** 0.5).toFixed(1)}%`);
  return element;
}
