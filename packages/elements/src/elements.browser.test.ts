import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { type CellDetail, defineElements, type HeadDetail, type TokenDetail } from './index.js';

beforeAll(defineElements);
afterEach(() => document.body.replaceChildren());

const put = <Name extends 'residual-tokens' | 'residual-bars' | 'residual-attention' | 'residual-heads'>(
  name: Name,
) => {
  const element = document.createElement(name);
  document.body.append(element);
  return element;
};
const all = (element: HTMLElement, selector: string) => [
  ...element.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];

test('tokens show their text and id, with visible spaces and line ends', () => {
  const tokens = put('residual-tokens');
  tokens.tokens = [{ text: 'Once', id: 5, isPrompt: true }];
  tokens.push({ text: ' upon\n', id: 71 });
  expect(all(tokens, '[role=option]').map(option => option.textContent)).toEqual(['Once5', '·upon↵71']);
  expect(all(tokens, '.prompt')).toHaveLength(1);
});

test('pointer and arrow keys select a token, and the list is one tab stop', () => {
  const tokens = put('residual-tokens');
  tokens.tokens = [2, 3, 5].map(id => ({ text: `t${id}`, id }));
  const events: number[] = [];
  tokens.addEventListener('residual-token', event => events.push((event as CustomEvent<TokenDetail>).detail.token.id));
  const options = all(tokens, '[role=option]');
  options[2]!.dispatchEvent(new PointerEvent('pointermove', { bubbles: true }));
  options[2]!.focus();
  options[2]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowLeft', bubbles: true }));
  options[1]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home', bubbles: true }));
  expect(events).toEqual([5, 3, 2]);
  expect(tokens.selected).toBe(0);
  expect(options.map(option => option.tabIndex)).toEqual([0, -1, -1]);
});

test('bars are as wide as the probabilities, which are written too', () => {
  const bars = put('residual-bars');
  bars.setAttribute('label', 'what comes next');
  bars.bars = [
    { text: ' a', id: 3, before: 0.5, after: 0.75, chosen: true },
    { text: 'b', id: 7, before: 0.001, after: 0 },
  ];
  expect(all(bars, 'caption')[0]!.textContent).toBe('what comes next');
  expect(all(bars, 'td').map(cell => cell.textContent)).toEqual(['50.0%', '75.0%', '0.10%', '0%']);
  expect(all(bars, 'i').map(fill => fill.style.width)).toEqual(['50%', '75%', '0.1%', '0%']);
  expect(all(bars, 'tr.chosen th')[0]!.textContent).toBe('·a ◂');
});

const weights = { shape: [3, 3] as const, data: [1, 0, 0, 0.25, 0.75, 0, 0.125, 0.5, 0.375] };
const pointAt = (attention: HTMLElement, { x, y, width, height }: DOMRect) =>
  all(attention, '.map')[0]!.dispatchEvent(
    new PointerEvent('pointermove', { clientX: x + width / 2, clientY: y + height / 2, bubbles: true }),
  );
const press = (element: HTMLElement, key: string) =>
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
/** How much accent there is in the middle of a cell, 0 .. 255. */
const inkAt = (attention: HTMLElement, { x, y, width, height }: DOMRect) => {
  const canvas = attention.shadowRoot!.querySelector('canvas')!;
  const { left, top } = canvas.getBoundingClientRect();
  const [atX, atY] = [x - left + width / 4, y - top + height / 4].map(at => Math.round(at * devicePixelRatio));
  return canvas.getContext('2d')!.getImageData(atX!, atY!, 1, 1).data[3]!;
};

test('causal attention is a triangle whose cells are read by pointer, keys and calls', () => {
  const attention = put('residual-attention');
  attention.show(['a', ' b', 'c'], weights);
  const events: CellDetail[] = [];
  attention.addEventListener('residual-cell', event => events.push((event as CustomEvent<CellDetail>).detail));
  pointAt(attention, attention.rectOf(2, 0));
  const map = all(attention, '.map')[0]!;
  // the last two would leave the triangle
  for (const key of ['ArrowRight', 'ArrowUp', 'ArrowRight', 'ArrowUp']) press(map, key);
  expect(events).toEqual([
    { query: 2, key: 0, weight: 0.125 },
    { query: 2, key: 1, weight: 0.5 },
    { query: 1, key: 1, weight: 0.75 },
  ]);
  expect(all(attention, 'output')[0]!.textContent).toBe('·b looks at ·b: 0.7500');
  expect(attention.read(1, 0)).toEqual({ query: 1, key: 0, weight: 0.25 });
  for (const [query, key] of [
    [0, 1],
    [3, 0],
    [-1, 0],
    [1, -1],
    [0.5, 0],
  ] as const)
    expect(() => attention.read(query, key)).toThrow(`residual-attention: query ${query} has no key ${key} to look at`);
  expect(attention.rectOf(0, 1).width).toBe(0);
});

test('a larger weight has a darker cell; masked cells are empty', () => {
  const attention = put('residual-attention');
  attention.show(['a', 'b', 'c'], weights);
  const [full, half, little] = [attention.rectOf(0, 0), attention.rectOf(2, 1), attention.rectOf(2, 0)];
  const hidden = new DOMRect(full.x + 2 * full.width, full.y + full.height, full.width, full.height);
  const inks = [full, half, little, hidden].map(rect => inkAt(attention, rect));
  expect(inks[0]).toBe(255);
  expect(inks[0]).toBeGreaterThan(inks[1]! + 20);
  expect(inks[1]).toBeGreaterThan(inks[2]! + 20);
  expect(inks[3]).toBe(0);
});

test('other queries than keys, or no mask, make a rectangle', () => {
  const attention = put('residual-attention');
  const cross = { shape: [2, 3] as const, data: [0.5, 0.25, 0.25, 0, 0, 1] };
  attention.show(['a', 'b', 'c'], cross, { queries: ['x', 'y'] });
  expect(attention.read(0, 2)).toEqual({ query: 0, key: 2, weight: 0.25 });
  expect(all(attention, 'output')[0]!.textContent).toBe('x looks at c: 0.2500');
  attention.show(['a', 'b', 'c'], weights, { masked: false });
  expect(attention.read(0, 2).weight).toBe(0);
  attention.show(['a', 'b', 'c'], cross); // the last two of three tokens look
  expect(attention.read(0, 1).weight).toBe(0.25);
  expect(() => attention.read(0, 2)).toThrow('query 0 has no key 2');
  expect(() => attention.show(['a', 'b', 'c'], cross, { queries: ['x'] })).toThrow(
    'residual-attention: 1 queries do not fit [queryLen 2, keyLen 3]; they need 2',
  );
});

test('the map of a long text fits its box, and each cell can be pointed at', () => {
  const attention = put('residual-attention');
  const length = 211;
  const data = new Float32Array(length * length).map((_, at) => (at % 17) / 17);
  const tokens = Array.from({ length }, (_, index) => `token${index}`);
  const fill = vi.spyOn(CanvasRenderingContext2D.prototype, 'fillRect');
  attention.show(tokens, { shape: [length, length], data });
  const fills = fill.mock.calls.length;
  fill.mockRestore();
  // One picture, each cell painted once, and a line behind each row.
  expect(fills).toBeLessThanOrEqual(length * length + length);
  expect(
    attention.querySelectorAll('*').length + (attention.shadowRoot?.querySelectorAll('*').length ?? 0),
  ).toBeLessThan(100);
  attention.style.width = '900px';
  attention.show(tokens, { shape: [length, length], data });
  const events: number[] = [];
  attention.addEventListener('residual-cell', event => events.push((event as CustomEvent<CellDetail>).detail.weight));
  for (const [query, key] of [
    [0, 0],
    [150, 41],
    [210, 210],
  ] as const)
    pointAt(attention, attention.rectOf(query, key));
  expect(events).toEqual([data[0], data[150 * length + 41], data[210 * length + 210]]);
  expect(all(attention, 'canvas')[0]!.getBoundingClientRect().width).toBeLessThanOrEqual(900);
});

test('other weights of the same tokens keep the selected cell', () => {
  const attention = put('residual-attention');
  const output = () => all(attention, 'output')[0]!.textContent;
  const events: CellDetail[] = [];
  attention.addEventListener('residual-cell', event => events.push((event as CustomEvent<CellDetail>).detail));
  attention.show(['a', ' b', 'c'], weights);
  attention.read(1, 0);
  attention.show(['a', ' b', 'c'], { shape: [3, 3], data: [1, 0, 0, 0.5, 0.5, 0, 0, 0, 1] });
  expect(output()).toBe('·b looks at a: 0.5000');
  attention.read(1, 0);
  attention.read(1, 0);
  expect(events.map(({ weight }) => weight)).toEqual([0.25, 0.5]);
  attention.show(['a', ' d', 'c'], weights);
  expect(output()).toMatch(/^Point at a cell/);
});

test('weights that do not fit the tokens are an error with both numbers', () => {
  expect(() => put('residual-attention').show(['a', 'b'], weights)).toThrow(
    'residual-attention: 2 tokens and 9 weights do not fit [queryLen 3, keyLen 3]; they need 3 and 9',
  );
});

test('other weights of the same number of heads keep the focus', () => {
  const heads = put('residual-heads');
  const [eye, first] = [Float32Array.of(1, 0, 0, 1), Float32Array.of(1, 0, 1, 0)];
  heads.show([[eye, first]], [2, 2]);
  const options = all(heads, '[role=option]');
  options[1]!.click();
  heads.show([[first, eye]], [2, 2]);
  expect(all(heads, '[role=option]')).toEqual(options);
  expect(heads.shadowRoot!.activeElement).toBe(options[1]);
  const picture = options[1]!.querySelector('canvas')!;
  expect([...picture.getContext('2d')!.getImageData(0, 1, 2, 1).data].filter((_, i) => i % 4 === 3)).toEqual([0, 255]);
  heads.show([[first, eye, eye]], [2, 2]);
  expect(all(heads, '[role=option]')).toHaveLength(3);
});

test('heads are small pictures, and pointer and arrow keys select one', () => {
  const heads = put('residual-heads');
  const eye = Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const first = Float32Array.of(1, 0, 0, 1, 0, 0, 1, 0, 0);
  heads.show(
    [
      [eye, first],
      [first, eye],
    ],
    [3, 3],
  );
  const events: HeadDetail[] = [];
  heads.addEventListener('residual-head', event => events.push((event as CustomEvent<HeadDetail>).detail));
  const options = all(heads, '[role=option]');
  expect(options.map(option => option.getAttribute('aria-label'))).toEqual([
    'layer 0, head 0',
    'layer 0, head 1',
    'layer 1, head 0',
    'layer 1, head 1',
  ]);
  options[1]!.click();
  press(options[1]!, 'ArrowDown');
  press(options[3]!, 'ArrowRight'); // there is none
  expect(events).toEqual([
    { layer: 0, head: 1 },
    { layer: 1, head: 1 },
  ]);
  expect(heads.selected).toEqual({ layer: 1, head: 1 });
  expect(options.map(option => option.tabIndex)).toEqual([-1, -1, -1, 0]);
  const ink = (option: HTMLElement) => {
    const { data } = option.querySelector('canvas')!.getContext('2d')!.getImageData(0, 0, 3, 3);
    return Array.from({ length: 9 }, (_, at) => (data[4 * at + 3]! > 0 ? 1 : 0));
  };
  expect(ink(options[0]!)).toEqual([...eye]);
  expect(ink(options[1]!)).toEqual([...first]);
});

test('tokens are shaded by weights until the shade is removed, and name their span of the text', () => {
  const tokens = put('residual-tokens');
  tokens.tokens = [
    { text: 'a', id: 2, offset: [0, 1] },
    { text: ' b', id: 3, offset: [1, 3] },
  ];
  const options = all(tokens, '[role=option]');
  expect(options[1]!.title).toBe('token 1, id 3, characters 1 to 3');
  tokens.shade([0.2, 1]);
  expect(options.map(option => option.style.getPropertyValue('--shade'))).toEqual(['9.0%', '45.0%']);
  tokens.shade();
  expect(options.map(option => option.style.getPropertyValue('--shade'))).toEqual(['', '']);
});

test('running text has plain spaces and no ids; a token has its own shade, mark and note', () => {
  const tokens = put('residual-tokens');
  tokens.setAttribute('running', '');
  tokens.tokens = [
    { text: 'Once', id: 5, shade: 1 },
    { text: ' upon', id: 71, isMarked: true, note: '2 bits' },
  ];
  const options = all(tokens, '[role=option]');
  expect(options.map(option => option.textContent)).toEqual(['Once', ' upon']);
  expect(all(tokens, 'span').map(word => word.textContent)).toEqual(['Once', 'upon']);
  expect(options.map(option => option.style.getPropertyValue('--shade'))).toEqual(['45.0%', '']);
  expect(options.map(option => option.classList.contains('marked'))).toEqual([false, true]);
  expect(options[1]!.title).toBe('token 1, id 71: 2 bits');
  tokens.shade([0, 1]);
  tokens.shade();
  expect(options.map(option => option.style.getPropertyValue('--shade'))).toEqual(['45.0%', '']);
});

test('bars change in place; a choosable one is chosen by arrow keys and a click, and the cut lies above the rest', () => {
  const bars = put('residual-bars');
  bars.setAttribute('choosable', '');
  bars.setAttribute('cut', 'cut off');
  const three = [0.5, 0.25, 0].map((after, id) => ({ text: `t${id}`, id, before: 0.3, after }));
  bars.bars = three;
  const rows = all(bars, 'tbody tr');
  expect(rows.map(row => row.textContent)).toEqual(['t030.0%50.0%', 't130.0%25.0%', 'cut off', 't230.0%0%']);
  const chosen: unknown[] = [];
  bars.addEventListener('residual-choice', ({ detail }) => chosen.push(detail));
  const buttons = all(bars, 'button');
  expect(buttons.map(({ tabIndex }) => tabIndex)).toEqual([0, -1, -1]);
  buttons[0]!.focus();
  press(buttons[0]!, 'ArrowDown');
  expect(bars.shadowRoot!.activeElement).toBe(buttons[1]);
  buttons[1]!.click();
  expect(chosen).toEqual([{ id: 1, text: 't1', probability: 0.25 }]);
  bars.bars = three.slice(0, 2);
  expect(all(bars, 'tbody tr').map(row => row.className)).toEqual(['', '', 'cut']);
  expect(all(bars, 'tbody tr')[0]).toBe(rows[0]); // so that its bar moves
  bars.removeAttribute('cut');
  expect(all(bars, 'tbody tr')).toHaveLength(2);
});

test('branches are lines that part at their tokens; keys select one and ask to remove it', () => {
  const branches = document.createElement('residual-branches');
  document.body.append(branches);
  branches.branches = [
    { label: 'the first text', parent: -1, at: 0, length: 20 },
    { label: ' cat', parent: 0, at: 5, length: 10, probability: 0.25, text: ' slept' },
    { label: ' fox', parent: 0, at: 10, length: 20 },
  ];
  const options = all(branches, '[role=option]');
  expect(options.map(option => option.textContent)).toEqual(['the first text', 'cat25.0% slept', 'fox']);
  expect(options.map(option => option.style.top)).toEqual(['0px', '88px', '44px']);
  expect(options[1]!.style.left).toContain('25%');
  branches.extent = 50;
  expect(options[1]!.style.left).toContain('10%');
  branches.extent = 1;
  const selected: number[] = [];
  const removed: number[] = [];
  branches.addEventListener('residual-branch', ({ detail }) => selected.push(detail.index));
  branches.addEventListener('residual-branch-remove', ({ detail }) => removed.push(detail.index));
  press(options[0]!, 'Delete'); // the first text stays
  press(options[0]!, 'ArrowDown');
  press(options[2]!, 'ArrowDown');
  press(options[1]!, 'Delete');
  expect([selected, removed]).toEqual([[2, 1], [1]]);
  expect(options.map(({ tabIndex }) => tabIndex)).toEqual([-1, 0, -1]);
  expect(branches.shadowRoot!.querySelector('path.selected')!.getAttribute('d')).toMatch(/^M25 34V/);
});

test('attributes rename the columns of bars', () => {
  const bars = put('residual-bars');
  const columns = () => all(bars, 'thead th').map(head => head.textContent);
  expect(columns()).toEqual(['token', 'before', 'after processing']);
  bars.setAttribute('before', 'first');
  bars.setAttribute('after', 'edited');
  expect(columns()).toEqual(['token', 'first', 'edited']);
  bars.removeAttribute('after');
  expect(columns()).toEqual(['token', 'first', 'after processing']);
});

test('neighbours are words with cosines as bars; pointer, or arrow keys and Enter, choose one', () => {
  const neighbours = document.createElement('residual-neighbours');
  document.body.append(neighbours);
  neighbours.setAttribute('label', 'near queen');
  neighbours.neighbours = [
    { word: 'monarch', row: 7, similarity: 0.75 },
    { word: 'bishop', row: 3, similarity: 0.5 },
    { word: 'teapot', row: 5, similarity: -0.1 },
  ];
  expect(neighbours.shadowRoot!.querySelector('h3')!.textContent).toBe('near queen');
  const buttons = all(neighbours, 'button');
  expect(buttons.map(button => button.textContent)).toEqual(['monarch0.750', 'bishop0.500', 'teapot-0.100']);
  expect(all(neighbours, '.bar i').map(fill => fill.style.width)).toEqual(['75%', '50%', '0%']);
  const chosen: number[] = [];
  neighbours.addEventListener('residual-neighbour', event => chosen.push(event.detail.row));
  buttons[0]!.focus();
  buttons[0]!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowDown', bubbles: true }));
  expect(neighbours.shadowRoot!.activeElement).toBe(buttons[1]);
  expect(buttons.map(button => button.tabIndex)).toEqual([-1, 0, -1]);
  buttons[1]!.click();
  expect(chosen).toEqual([3]);
  expect(buttons.map(button => button.getAttribute('aria-current'))).toEqual([null, 'true', null]);
});
