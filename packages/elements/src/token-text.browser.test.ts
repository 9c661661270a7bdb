import { afterEach, beforeAll, expect, test } from 'vitest';
import { defineTokenText, type TokenWithOffset } from './index.js';

beforeAll(defineTokenText);
afterEach(() => document.body.replaceChildren());

const put = (text: string, tokens: readonly TokenWithOffset[], maxTokens?: number) => {
  const element = document.createElement('residual-token-text');
  document.body.append(element);
  element.show(text, tokens, maxTokens === undefined ? {} : { maxTokens });
  return element;
};
const all = (element: HTMLElement, selector: string) => [
  ...element.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];
const cells = (element: HTMLElement, row: number) =>
  [...all(element, 'tbody tr')[row]!.children].map(cell => cell.textContent);

const family = '👩‍👩‍👧';
const text = `e\u0301 ${family}`;
const tokens: readonly TokenWithOffset[] = [
  { id: 1, token: '[CLS]', offset: [0, 0], isSpecial: true },
  { id: 68, token: 'e', offset: [0, 1] },
  { id: 136, token: 'ÌĤ', offset: [1, 2] },
  { id: 220, token: 'Ġ', offset: [2, 3] },
  { id: 9, token: 'two', offset: [3, 8] },
  { id: 10, token: 'child', offset: [8, 11] },
];

test('the text is unchanged with whole characters, and special tokens show their names', () => {
  const element = put(text, tokens);
  expect(all(element, '.text > *').map(span => span.textContent)).toEqual(['[CLS]', 'e\u0301', ' ', family]);
  expect(all(element, '.text')[0]!.textContent).toBe(`[CLS]${text}`);
});

test('the table has ids, tokens, texts and offsets in both units', () => {
  const element = put(text, tokens);
  expect(cells(element, 0)).toEqual(['0', '1', '[CLS]', '', 'special', '']);
  expect(cells(element, 1)).toEqual(['1', '68', 'e', 'e', '0–1', '0–1']);
  expect(cells(element, 3)).toEqual(['3', '220', 'Ġ', '·', '2–3', '2–3']);
  expect(cells(element, 4)).toEqual(['4', '9', 'two', '👩‍👩', '3–8', '3–6']);
  expect(cells(element, 5)).toEqual(['5', '10', 'child', '‍👧', '8–11', '6–8']);
});

test('a part of a character shows the character and its fraction; a prepended space is not a part', () => {
  const element = put('家 x', [
    { id: 4, token: '▁', offset: [0, 1] },
    { id: 7, token: '<0xE5>', offset: [0, 1] },
    { id: 8, token: '<0xAE><0xB6>', offset: [0, 1] },
    { id: 9, token: '▁x', offset: [1, 3] },
  ]);
  expect([0, 1, 2, 3].map(index => cells(element, index)[2])).toEqual(['▁', '家·1/2', '家·2/2', '▁x']);
});

test('pointer and keys select a token in the text and in the table, which is one tab stop', () => {
  const element = put(text, tokens);
  const events: number[] = [];
  element.addEventListener('residual-token', event =>
    events.push((event as CustomEvent<{ index: number }>).detail.index),
  );
  const span = all(element, '.text > *')[3]!;
  const { left, right, top, height } = span.getBoundingClientRect();
  const point = (clientX: number) =>
    span.dispatchEvent(new PointerEvent('pointermove', { clientX, clientY: top + height / 2, bubbles: true }));
  point(left + 1);
  point(right - 1);
  expect(events).toEqual([4, 5]);
  expect(span.classList.contains('selected')).toBe(true);
  const rows = all(element, 'tbody tr');
  expect(rows.map(row => row.tabIndex)).toEqual([-1, -1, -1, -1, -1, 0]);
  rows[5]!.focus();
  rows[5]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowUp', bubbles: true }));
  rows[4]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true }));
  expect(events).toEqual([4, 5, 4, 0]);
  expect(element.selected).toBe(0);
  expect(span.classList.contains('selected')).toBe(false);
});

test('the first of very many tokens are shown, and a note counts the others', () => {
  const long = 'ab'.repeat(50);
  const many = Array.from({ length: 100 }, (_, i): TokenWithOffset => ({ id: i, token: long[i]!, offset: [i, i + 1] }));
  const element = put(long, many, 7);
  expect(all(element, 'tbody tr')).toHaveLength(7);
  expect(all(element, '.text')[0]!.textContent).toBe('abababa');
  expect(all(element, '.rest')[0]!.textContent).toBe('93 more tokens are not shown.');
});

const view = (name: string, ...shown: Parameters<typeof put>) => {
  const element = document.createElement('residual-token-text');
  element.setAttribute('view', name);
  document.body.append(element);
  element.show(shown[0], shown[1], shown[2] === undefined ? {} : { maxTokens: shown[2] });
  return element;
};

test('a view is the text alone or the table alone, and a token can be selected in either', () => {
  const [words, table] = [view('text', text, tokens), view('table', text, tokens)];
  expect([all(words, '.text > *').length, all(words, 'tbody tr').length]).toEqual([4, 0]);
  expect([all(table, '.text > *').length, all(table, 'tbody tr').length]).toEqual([0, 6]);
  words.selected = table.selected = 3;
  expect([words.selected, table.selected]).toEqual([3, 3]);
  expect(all(words, '.selected').map(span => span.textContent)).toEqual([' ']);
  expect(all(table, '[aria-selected=true]').length).toBe(1);
});

test('a backdrop has the lines of a text field over it, and finds the token at a point under the field', () => {
  const parent = document.createElement('div');
  parent.style.cssText = 'display: grid; width: 9rem; font: 20px/2 serif';
  const field = document.createElement('textarea');
  field.value = 'one two three four five six seven\nmore\n';
  field.style.cssText =
    'grid-area: 1/1; font: inherit; padding: 0; border: 0; margin: 0; overflow-wrap: anywhere; white-space: pre-wrap';
  const backdrop = document.createElement('residual-token-text');
  backdrop.setAttribute('view', 'backdrop');
  backdrop.style.gridArea = '1/1';
  parent.append(backdrop, field);
  document.body.append(parent);
  const spans = [...field.value.matchAll(/\s?\S+/g)].map(({ 0: token, index }, id) => {
    return { id, token, offset: [index, index + token.length] as const };
  });
  backdrop.show(field.value, spans, { maxTokens: 5 });
  expect(backdrop.shadowRoot!.querySelector('.text')!.textContent).toBe(field.value);
  expect(backdrop.offsetHeight).toBe(field.scrollHeight);
  for (const [index, span] of all(backdrop, '.text > span').entries()) {
    const { right, bottom } = [...span.getClientRects()].at(-1)!;
    expect(document.elementFromPoint(right - 2, bottom - 5)).toBe(field);
    expect(backdrop.tokenAt(right - 2, bottom - 5)).toBe(index);
  }
  expect(backdrop.tokenAt(1, 2000)).toBe(-1);
});
