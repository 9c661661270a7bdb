import { afterEach, beforeAll, expect, test } from 'vitest';
import { type CellDetail, defineElements, type TokenDetail } from './index.js';

beforeAll(defineElements);
afterEach(() => document.body.replaceChildren());

const put = <Name extends 'residual-tokens' | 'residual-bars' | 'residual-attention'>(name: Name) => {
  const element = document.createElement(name);
  document.body.append(element);
  return element;
};
const all = (element: HTMLElement, selector: string) => [
  ...element.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];

test('tokens show text and id, spaces and line ends included', () => {
  const tokens = put('residual-tokens');
  tokens.tokens = [{ text: 'Once', id: 5, given: true }];
  tokens.push({ text: ' upon\n', id: 71 });
  expect(all(tokens, '[role=option]').map(option => option.textContent)).toEqual(['Once5', '␣upon⏎71']);
  expect(all(tokens, '.given')).toHaveLength(1);
});

test('a token is looked at by pointer and by arrow keys, one tab stop for all', () => {
  const tokens = put('residual-tokens');
  tokens.tokens = [2, 3, 5].map(id => ({ text: `t${id}`, id }));
  const seen: number[] = [];
  tokens.addEventListener('residual-token', event => seen.push((event as CustomEvent<TokenDetail>).detail.token.id));
  const options = all(tokens, '[role=option]');
  options[2]!.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  options[2]!.focus();
  options[2]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }));
  options[1]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true }));
  expect(seen).toEqual([5, 3, 2]);
  expect(tokens.selected).toBe(0);
  expect(options.map(option => option.tabIndex)).toEqual([0, -1, -1]);
});

test('bars are as wide as the probabilities and say them', () => {
  const bars = put('residual-bars');
  bars.setAttribute('label', 'what comes next');
  bars.bars = [
    { text: ' a', id: 3, before: 0.5, after: 0.75, chosen: true },
    { text: 'b', id: 7, before: 0.001, after: 0 },
  ];
  expect(all(bars, 'caption')[0]!.textContent).toBe('what comes next');
  expect(all(bars, 'td').map(cell => cell.textContent)).toEqual(['50.0%', '75.0%', '0.10%', '0%']);
  expect(all(bars, 'i').map(fill => fill.style.width)).toEqual(['50%', '75%', '0.1%', '0%']);
  expect(all(bars, 'tr.chosen th')[0]!.textContent).toBe('␣a ◂');
});

const weights = { shape: [3, 3] as const, data: [1, 0, 0, 0.25, 0.75, 0, 0.125, 0.5, 0.375] };

test('attention is a triangle whose cells are read by pointer, by keys and by call', () => {
  const attention = put('residual-attention');
  attention.show(['a', ' b', 'c'], weights);
  expect(all(attention, 'td[data-key]')).toHaveLength(6);
  const seen: CellDetail[] = [];
  attention.addEventListener('residual-cell', event => seen.push((event as CustomEvent<CellDetail>).detail));
  const cell = (query: number, key: number) => all(attention, `[data-query="${query}"][data-key="${key}"]`)[0]!;
  cell(2, 0).dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  cell(2, 0).dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
  expect(seen).toEqual([
    { query: 2, key: 0, weight: 0.125 },
    { query: 2, key: 1, weight: 0.5 },
  ]);
  expect(all(attention, 'output')[0]!.textContent).toBe('c looks at ␣b: 0.5000');
  expect(attention.read(1, 0)).toEqual({ query: 1, key: 0, weight: 0.25 });
  expect(() => attention.read(0, 1)).toThrow('residual-attention: query 0 has no key 1 to look at');
});

test('attention of other tokens than its weights have is an error with both numbers', () => {
  expect(() => put('residual-attention').show(['a', 'b'], weights)).toThrow(
    'residual-attention: 2 tokens and 9 weights do not fit [queryLen 3, keyLen 3]; they need 3 and 9',
  );
});
