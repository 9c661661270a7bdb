import { expect, test } from 'vitest';
import { readQuickDraw, writeQuickDraw } from './quick-draw.js';

const cat = {
  word: 'cat',
  countrycode: 'VE',
  recognized: false,
  key_id: '1',
  drawing: [
    [
      [1, 2],
      [3, 4],
    ],
    [[5], [6]],
  ],
};

test('both kinds of files of Quick, Draw! are read, from texts and bytes', () => {
  const raw = {
    word: 'sun',
    drawing: [
      [
        [0.5, 2],
        [3, 4],
        [0, 17],
      ],
      [[], [], []],
    ],
  };
  const text = `${JSON.stringify(cat)}\n\n${JSON.stringify(raw)}`;
  const expected = [
    {
      word: 'cat',
      recognized: false,
      drawing: [
        [
          [1, 3],
          [2, 4],
        ],
        [[5, 6]],
      ],
    },
    {
      word: 'sun',
      recognized: true,
      drawing: [
        [
          [0.5, 3],
          [2, 4],
        ],
      ],
    },
  ];
  expect([...readQuickDraw(text)]).toEqual(expected);
  expect([...readQuickDraw(new TextEncoder().encode(`${text}\r\n`))]).toEqual(expected);
  expect([...readQuickDraw('')]).toEqual([]);
});

test('a line that is no drawing is named', () => {
  const refusal = (line: unknown) => {
    const text = `${JSON.stringify(cat)}\n${typeof line === 'string' ? line : JSON.stringify(line)}`;
    try {
      return [...readQuickDraw(text)].length;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const where = 'readQuickDraw: line 2';
  expect(refusal('{"word": ')).toBe(`${where} is not JSON`);
  expect(refusal('null')).toBe(`${where} is no object`);
  expect(refusal({ ...cat, word: 7 })).toBe(`${where} has the word 7; it must be a text`);
  expect(refusal({ ...cat, recognized: 'no' })).toBe(`${where} has recognized "no"; it must be true or false`);
  expect(refusal({ ...cat, drawing: 'cat' })).toBe(`${where} has the drawing "cat"; it must be a list of strokes`);
  expect(refusal({ ...cat, drawing: [[[1, 2], [3]]] })).toBe(`${where} has a stroke 0 that is not [[x], [y]]`);
  expect(refusal({ ...cat, drawing: [] })).toBe(`${where} has a drawing without a point`);
  expect(
    refusal({
      ...cat,
      drawing: [
        [
          [1, 1e12],
          [3, 4],
        ],
      ],
    }),
  ).toContain(`${where}: point 1 of stroke 0 is [1000000000000,4]`);
  expect(() => [...readQuickDraw(7 as never)]).toThrow('readQuickDraw: file is 7; it must be a text or its bytes');
});

test('what is written is read', () => {
  const entries = [...readQuickDraw(JSON.stringify(cat)), { word: 'dot "', recognized: true, drawing: [[[0.25, -7]]] }];
  expect([...readQuickDraw(writeQuickDraw(entries as never))]).toEqual(entries);
  expect(writeQuickDraw([])).toBe('');
  expect(writeQuickDraw([{ word: 'a', recognized: true, drawing: [[[1 / 3, 2]]] }])).toContain('[[[0.33],[2]]]');
  expect(() => writeQuickDraw([{ word: 'a', recognized: true, drawing: [[]] }])).toThrow('writeQuickDraw: stroke 0');
});
