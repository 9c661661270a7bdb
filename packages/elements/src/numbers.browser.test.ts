import { afterEach, beforeAll, expect, test, vi } from 'vitest';
import { defineElements, type LikelyToken, type VectorDetail } from './index.js';

beforeAll(defineElements);
afterEach(() => document.body.replaceChildren());

const put = <Name extends 'residual-distribution' | 'residual-vectors' | 'residual-census'>(name: Name) => {
  const element = document.createElement(name);
  document.body.append(element);
  return element;
};
const all = (element: HTMLElement, selector: string) => [
  ...element.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];
const press = (element: HTMLElement, key: string) =>
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

test('a distribution has a bar for each token and one for all others, which change in place', () => {
  const element = put('residual-distribution');
  element.tokens = [
    { id: 3, text: ' forest', probability: 0.5, chosen: true },
    { id: 5, text: ' park', probability: 0.125 },
  ];
  const bars = all(element, '.bar i');
  expect(bars.map(bar => bar.style.width)).toEqual(['50%', '12.5%', '37.5%']);
  expect(all(element, '.text').map(text => text.textContent)).toEqual(['·forest', '·park', 'all others']);
  expect(all(element, 'button.chosen')).toHaveLength(1);
  element.tokens = [{ id: 7, text: ' sky', probability: 0.25 }];
  expect(all(element, '.bar i')[0]).toBe(bars[0]);
  expect(all(element, '.bar i').map(bar => bar.style.width)).toEqual(['25%', '75%']);
});

test('a token of a distribution is chosen by pointer, and the list is one tab stop', () => {
  const element = put('residual-distribution');
  element.tokens = [3, 5, 7].map(id => ({ id, text: `t${id}`, probability: 0.1 }));
  const chosen: number[] = [];
  element.addEventListener('residual-choice', ({ detail }: CustomEvent<LikelyToken>) => chosen.push(detail.id));
  const buttons = all(element, 'button');
  buttons[0]!.focus();
  press(buttons[0]!, 'End');
  expect(element.shadowRoot!.activeElement).toBe(buttons[2]);
  expect(buttons.map(button => button.tabIndex)).toEqual([-1, -1, 0]);
  buttons[2]!.click();
  expect(chosen).toEqual([7]);
});

test('a strip has a pixel for each number, in the colour of its sign', async () => {
  const element = put('residual-vectors');
  element.scale = 2;
  element.vectors = [{ label: ' blue', values: [2, -2, 0] }];
  const [canvas] = all(element, 'canvas') as HTMLCanvasElement[];
  const pixels = () => [...canvas!.getContext('2d')!.getImageData(0, 0, 3, 1).data];
  await vi.waitFor(() => expect(pixels()[3]).toBe(255));
  const [red, green, blue, , otherRed, otherGreen, otherBlue, otherAlpha] = pixels();
  expect(blue! > red!).toBe(true);
  expect(otherRed! > otherBlue!).toBe(true);
  expect([green, otherGreen, otherAlpha].every(value => value! >= 0)).toBe(true);
  expect(pixels()[11]).toBe(0);
  expect(all(element, '[role=option]')[0]!.getAttribute('aria-label')).toBe('blue: 3 numbers from −2.000 to 2.000');
});

test('the arrow keys read a number, and the event says which', () => {
  const element = put('residual-vectors');
  element.vectors = [
    { label: 'one', values: [1, 2] },
    { label: 'two', values: [3, -4] },
  ];
  const read: VectorDetail[] = [];
  element.addEventListener('residual-vector', ({ detail }) => read.push(detail));
  const [first] = all(element, '[role=option]');
  press(first!, 'ArrowDown');
  press(first!, 'ArrowRight');
  press(first!, 'ArrowRight');
  expect(read.at(-1)).toEqual({ row: 1, dimension: 1, value: -4 });
  expect(all(element, 'output')[0]!.textContent).toBe('two, number 2: −4.000');
  expect(element.selected).toBe(1);
});

test('with compare, a number of all vectors is read at once', () => {
  const element = put('residual-vectors');
  element.toggleAttribute('compare', true);
  element.vectors = [
    { label: 'one', values: [1, 2, 5] },
    { label: 'two', values: [3, -4, 0] },
  ];
  const numbers = () => all(element, '.number').map(number => number.dataset.value);
  expect(numbers()).toEqual(['', '']);
  element.dimension = 1;
  expect(numbers()).toEqual(['2.000', '−4.000']);
  expect(all(element, 'output')[0]!.textContent).toBe('number 2 of 3');
  const [first] = all(element, '[role=option]');
  expect(first!.getAttribute('aria-label')).toBe('one: 3 numbers from 1.000 to 5.000; number 2 is 2.000');
  press(all(element, '[role=option]')[1]!, 'ArrowRight');
  expect([numbers(), element.dimension]).toEqual([['5.000', '0.000'], 2]);
  expect(all(element, '.strip i').map(marker => Number.parseFloat(marker.style.left))).toEqual(
    [200 / 3, 200 / 3].map(n => expect.closeTo(n, 3)),
  );
  element.vectors = [{ label: 'one', values: [7, 8] }];
  expect(numbers()).toEqual(['8.000']);
});

test('a census lists kinds with numbers of matrices and weights, and draws another model at its scale', async () => {
  const element = put('residual-census');
  element.style.width = '400px';
  const kinds = { embedding: 100, query: 60, key: 60, value: 60, output: 60, up: 240, down: 240, unembedding: 0 };
  element.show({ blocks: 2, heads: 3, ...kinds }, [{ label: 'Small', weights: 82 }]);
  const rows = all(element, 'tbody tr').map(row => [...row.children].map(cell => cell.textContent));
  expect(rows[1]).toEqual(['query', '6', '60']);
  expect(rows).toHaveLength(7);
  const side = Math.sqrt((82 * (400 * 400)) / 1.1 / 820);
  await vi.waitFor(() => expect(Number.parseFloat(all(element, 'figure i')[0]!.style.width)).toBeCloseTo(side, 3));
  expect(all(element, 'canvas')[0]!.getAttribute('aria-label')).toContain('820 weights: embedding 100');
});
