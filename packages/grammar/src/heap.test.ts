import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Heap } from './heap.js';

test('a heap gives its numbers in ascending order, also those that come in between', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(1000), { maxLength: 40 }), fc.nat(40), (numbers, taken) => {
      const heap = new Heap();
      const [before, after] = [numbers.slice(taken), numbers.slice(0, taken)];
      for (const each of before) heap.push(each);
      const firsts = Array.from({ length: Math.ceil(before.length / 2) }, () => heap.pop());
      for (const each of after) heap.push(each);
      const rest = Array.from({ length: heap.size }, () => heap.pop());
      expect(firsts).toEqual([...before].sort((a, b) => a - b).slice(0, firsts.length));
      expect(rest).toEqual(numbers.filter(each => !firsts.includes(each)).sort((a, b) => a - b));
    }),
  );
});
