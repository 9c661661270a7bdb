import { afterEach, beforeAll, expect, test } from 'vitest';
import { defineElements, type WordDetail } from './index.js';

beforeAll(defineElements);
afterEach(() => document.body.replaceChildren());

const all = (element: HTMLElement, selector: string) => [
  ...element.shadowRoot!.querySelectorAll<HTMLElement>(selector),
];
const press = (element: HTMLElement, key: string) =>
  element.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

const ribbons = (width = 600) => {
  const element = document.createElement('residual-ribbons');
  element.style.width = `${width}px`;
  element.setAttribute('target-lang', 'fr');
  document.body.append(element);
  element.show({
    source: ['the', 'red', 'wine'],
    target: ['le', 'vin', 'rouge'],
    weights: { shape: [3, 3], data: [0.8, 0.1, 0.1, 0, 0.2, 0.75, 0.05, 0.9, 0.05] },
  });
  return element;
};

test('a word of the translation highlights its source words, with the weights', () => {
  const element = ribbons();
  const events: WordDetail[] = [];
  element.addEventListener('residual-word', event => events.push((event as CustomEvent<WordDetail>).detail));
  const words = all(element, '[role=option]');
  words[4]!.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  expect(events).toEqual([{ side: 'target', index: 1, weights: [0, 0.2, 0.75] }]);
  expect(words.map(word => word.querySelector('small')!.textContent)).toEqual(['', '.20', '.75', '', '', '']);
  expect(all(element, 'output')[0]!.textContent).toBe('“vin” looked at “wine” 0.750, “red” 0.200');
  const share = (word: HTMLElement) => Number.parseFloat(word.style.getPropertyValue('--share'));
  expect(share(words[2]!)).toBeGreaterThan(share(words[1]!));
  expect(share(words[0]!)).toBe(0);
  expect(element.select('source', 1).weights).toEqual([0.1, 0.2, 0.9]);
  expect(all(element, 'output')[0]!.textContent).toBe('“red” was looked at by “rouge” 0.900, “vin” 0.200, “le” 0.100');
  expect(all(element, '.target')[0]!.lang).toBe('fr');
});

test('arrow keys move along a text and to the strongest word of the other text, with one tab stop', () => {
  const element = ribbons();
  const words = all(element, '[role=option]');
  words[3]!.focus();
  expect(element.selected).toMatchObject({ side: 'target', index: 0 });
  press(words[3]!, 'ArrowRight');
  expect(element.selected).toMatchObject({ side: 'target', index: 1 });
  press(words[4]!, 'ArrowUp');
  expect(element.selected).toMatchObject({ side: 'source', index: 2 });
  press(words[2]!, 'Home');
  expect(element.selected).toMatchObject({ side: 'source', index: 0 });
  expect(words.map(word => word.tabIndex)).toEqual([0, -1, -1, -1, -1, -1]);
});

test('each visible weight has a ribbon; texts that are too wide stand side by side', () => {
  const wide = ribbons();
  expect(all(wide, 'path')).toHaveLength(8);
  expect(all(wide, '.upright')).toHaveLength(0);
  const narrow = ribbons(90);
  expect([wide, narrow].map(element => element.getAttribute('layout'))).toEqual(['rows', 'columns']);
  expect(all(narrow, '.upright')).toHaveLength(1);
  const [source, target] = [all(narrow, '.source')[0]!, all(narrow, '.target')[0]!].map(one =>
    one.getBoundingClientRect(),
  );
  expect(target!.left).toBeGreaterThan(source!.right);
  all(narrow, '[role=option]')[3]!.focus();
  press(all(narrow, '[role=option]')[3]!, 'ArrowDown');
  expect(narrow.selected).toMatchObject({ side: 'target', index: 1 });
});

test('words appear one after the other with their ribbons; unsure words and words without a space are marked', () => {
  const element = ribbons();
  const text = {
    source: ['Wine', '!'],
    target: ['Du', 'vin', '!'],
    weights: { shape: [3, 2], data: [0.5, 0.5, 0.9, 0.1, 0, 1] },
    joined: { source: [false, true], target: [false, false, true] },
    unsure: [1],
  };
  element.show(text, { written: 1 });
  const ahead = (selector: string) => all(element, selector).filter(each => each.classList.contains('ahead')).length;
  expect([element.written, ahead('.target [role=option]'), ahead('path')]).toEqual([1, 2, 3]);
  const words = all(element, '.target [role=option]');
  expect(words.map(word => getComputedStyle(word).visibility)).toEqual(['visible', 'hidden', 'hidden']);
  element.written = 3;
  expect([ahead('.target [role=option]'), ahead('path')]).toEqual([0, 0]);
  expect(words.map(word => word.getAttribute('aria-label'))).toEqual([null, 'vin, unsure', null]);
  expect(element.getAttribute('layout')).toBe('rows');
  const [wine, mark] = [element.rectOf('source', 0), element.rectOf('source', 1)];
  expect(mark.left - wine.right).toBeLessThan(1); // they touch
  expect(element.rectOf('target', 1).left).toBeGreaterThan(element.rectOf('target', 0).right);
  expect(element.rectOf('target', 7).width).toBe(0);
});

test('weights that do not fit the words and missing words are errors', () => {
  const element = ribbons();
  expect(() => element.show({ source: ['a'], target: ['b', 'c'], weights: { shape: [1, 2], data: [1, 2] } })).toThrow(
    'residual-ribbons: 2 weights [1,2] do not fit 2 target words and 1 source words; they need [2, 1]',
  );
  expect(() => element.select('target', 3)).toThrow('residual-ribbons: the target has no word 3');
});

const beam = (text: string, parent: number, sum: number) => ({ text, parent, sum, logprob: Math.log(0.5) });
const grown = () => {
  const element = document.createElement('residual-beams');
  document.body.append(element);
  element.push({ beams: [beam(' Donnez', 0, -0.5), beam(' Donne', 0, -0.7)], ends: [] });
  element.push({ beams: [beam('-moi', 1, -0.9), beam('-moi', 0, -1)], ends: [] });
  element.push({ beams: [beam(' le', 0, -1.2)], ends: [{ parent: 1, score: -0.4, text: 'Donnez-moi' }] });
  return element;
};

test('the tree has a node for each beam and each end, and shows its text and score', () => {
  const element = grown();
  const nodes = all(element, '[role=option]');
  expect(nodes.map(node => node.textContent)).toEqual([
    ...['·Donnez−0.50', '·Donne−0.70', '-moi−0.90', '-moi−1.00', '·le−1.20', '■ end−0.40'],
  ]);
  nodes[4]!.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
  expect(all(element, 'output')[0]!.textContent).toBe(
    '“Donne-moi le”: log-probability −1.20 after 3 tokens, the last one with 50.0 %',
  );
  expect(all(element, 'path.selected')).toHaveLength(3);
});

test('the path of the winner is marked from its first token on, and the rest is dropped', () => {
  const element = grown();
  expect(nodesOf(element, 'won')).toEqual([]);
  element.markWinner(2, 0);
  expect(nodesOf(element, 'won')).toEqual(['·Donnez−0.50', '-moi−1.00', '■ end−0.40']);
  expect(nodesOf(element, 'dropped')).toEqual(['·Donne−0.70', '-moi−0.90', '·le−1.20']);
  expect(all(element, 'output')[0]!.textContent).toBe('“Donnez-moi” ended in step 3 with score −0.40');
  expect(() => element.markWinner(1, 0)).toThrow('residual-beams: step 1 has no end 0');
  expect(() => element.select({ step: 2, row: 7 })).toThrow('residual-beams: step 2 has no node 7');
  element.clear();
  expect([all(element, '[role=option]').length, element.columns.length]).toEqual([0, 0]);
});

test('arrow keys move to the parent of a node, its first child and its neighbours', () => {
  const element = grown();
  const nodes = all(element, '[role=option]');
  nodes[0]!.focus();
  const at = () => nodes.findIndex(node => node.getAttribute('aria-selected') === 'true');
  press(nodes[0]!, 'ArrowRight');
  expect(at()).toBe(3);
  press(nodes[3]!, 'ArrowUp');
  expect(at()).toBe(2);
  press(nodes[2]!, 'ArrowLeft');
  expect(at()).toBe(1);
  press(nodes[1]!, 'ArrowRight');
  press(nodes[2]!, 'ArrowRight');
  press(nodes[4]!, 'ArrowDown');
  expect(at()).toBe(5);
  press(nodes[5]!, 'ArrowRight');
  expect(at()).toBe(5);
});

const nodesOf = (element: HTMLElement, state: string) =>
  all(element, `.${state}[role=option]`).map(node => node.textContent);

test('a whole layer of heads can be selected, and heads that are off are marked and labelled', () => {
  const heads = document.createElement('residual-heads');
  document.body.append(heads);
  const one = [1, 0, 0.5, 0.5];
  heads.selected = { layer: 1, head: -1 };
  heads.show(
    [
      [one, one, one],
      [one, one, one],
    ],
    [2, 2],
    { masked: false },
  );
  const options = all(heads, '[role=option]');
  const framed = () => options.map(option => option.getAttribute('aria-selected') === 'true');
  expect(framed()).toEqual([false, false, false, true, true, true]);
  expect(options.map(option => option.tabIndex)).toEqual([-1, -1, -1, 0, -1, -1]);
  heads.off = [{ layer: 0, head: 2 }];
  expect(options.map(option => option.classList.contains('off'))).toEqual([false, false, true, false, false, false]);
  expect(options[2]!.getAttribute('aria-label')).toBe('layer 0, head 2, off');
  press(options[3]!, 'ArrowUp');
  expect(heads.selected).toEqual({ layer: 0, head: 0 });
});
