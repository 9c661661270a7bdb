import { expect, test } from 'vitest';
import { emptyScope, Scope, slot, type Taps } from './index.js';

const x = { name: 'x' } as never;

test('at goes down by names and numbers', () => {
  expect(emptyScope.path).toBe('');
  expect(emptyScope.at('decoder').at('layers').at(3).at('attention').path).toBe('decoder.layers.3.attention');
});

test('a slot is identified by its object, not by its name', () => {
  const [one, other] = [slot<number>('length'), slot<number>('length')];
  const scope = emptyScope.with(one, 5).at('inside');
  expect(scope.get(one)).toBe(5);
  expect(scope.get(other)).toBeUndefined();
});

test('a scope is immutable', () => {
  const length = slot<number>('length');
  const outer = emptyScope.with(length, 5);
  expect(outer.with(length, 7).get(length)).toBe(7);
  expect(outer.with(length, undefined).get(length)).toBeUndefined();
  expect(outer.get(length)).toBe(5);
});

test('without taps, tap returns the tensor', () => {
  expect(emptyScope.tap('weights', x)).toBe(x);
  expect(emptyScope.wants('weights')).toBe(false);
});

const listener = (name: string, log: string[], wanted: string): Taps => ({
  wants: path => path === wanted,
  onTensor: (path, given) => {
    log.push(`${name} gets ${(given as unknown as { name: string }).name} at ${path}`);
    return { name: `${(given as unknown as { name: string }).name} from ${name}` } as never;
  },
});

test('taps are called in order, each with the output of the one before', () => {
  const log: string[] = [];
  const scope = new Scope('attention')
    .withTaps(listener('first', log, 'attention.weights'))
    .withTaps(listener('second', log, 'attention.weights'));
  expect(scope.tap('weights', x)).toEqual({ name: 'x from first from second' });
  expect(log).toEqual(['first gets x at attention.weights', 'second gets x from first at attention.weights']);
});

test('a tap is not called for a path that it does not want', () => {
  const log: string[] = [];
  const scope = emptyScope.withTaps(listener('first', log, 'a')).withTaps(listener('second', log, 'b'));
  expect(scope.tap('a', x)).toEqual({ name: 'x from first' });
  expect(scope.tap('b', x)).toEqual({ name: 'x from second' });
  expect(scope.tap('c', x)).toBe(x);
  expect(['a', 'b', 'c'].map(name => scope.wants(name))).toEqual([true, true, false]);
});
