import { expect, test } from 'vitest';
import { codesFrom, codesText } from './codes-text.js';

test('the codes before the first that is to be painted come back from the address', () => {
  const codes = [304, 0, 1023, -1, -1, -1];
  expect(codesText(codes)).toBe('304.0.1023');
  expect([...codesFrom('304.0.1023', 6, 1024)]).toEqual(codes);
  expect(codesText([7, -1, 9])).toBe('7');
  expect([...codesFrom(codesText([5, 6, 7]), 3, 8)]).toEqual([5, 6, 7]);
});

test('a text that does not fit the picture gives no codes', () => {
  for (const text of ['', '1024', '1.2.3.4', '1..2', '1.x', '-1', '1.5e3', '٣'])
    expect([...codesFrom(text, 3, 1024)], text).toEqual([-1, -1, -1]);
});
