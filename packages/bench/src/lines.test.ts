import { expect, test } from 'vitest';
import { cellsOf, linesOf } from './lines.js';
import { lowerQuartile, median } from './measure.js';
import { digits, incrementalTable, table } from './table.js';

const measurements = new Map([
  ['residual', { load: 1000, prefill: 130, decode: 24, peak: undefined }],
  ['onnxruntime-web', { load: 4000, prefill: 100, decode: 20, peak: 5e8 }],
] as const);

test('a line is a ratio, with its goal if there is one', () => {
  const lines = linesOf('shape', measurements, ['decode', 'prefill', 'load', 'peak'], {
    'decode onnxruntime-web': 1.2,
    'prefill onnxruntime-web': 1.25,
  });
  expect(cellsOf(lines)).toEqual([
    ['', 'ours', 'peer value', 'peer', 'ours / peer', 'goal'],
    ['shape: decode, ms a token', '24.0', '20.0', 'onnxruntime-web', '1.20', 'at most 1.2'],
    ['shape: prefill, ms', '130', '100', 'onnxruntime-web', '1.30', 'at most 1.25: MISSED'],
    ['shape: load, s', '1.00', '4.00', 'onnxruntime-web', '0.25', ''],
  ]);
});

test('the lower quartile ignores disturbances', () => {
  expect(lowerQuartile([9, 1, 2, 100, 3])).toBe(2);
  expect(lowerQuartile([5])).toBe(5);
});

test('the median is between the halves of the numbers', () => {
  expect([median([9, 1, 2, 100, 3]), median([4, 1, 2, 100])]).toEqual([3, 3]);
});

test('cells become columns, with numbers right-aligned', () => {
  expect(
    table([
      ['a', '10'],
      ['long', '9'],
    ]),
  ).toBe('a     10\nlong   9'); // prettier-ignore
  expect([digits(0.01234), digits(12.34), digits(1234.5)]).toEqual(['0.0123', '12.3', '1235']);
});

test('an incremental table keeps its columns and prints its header once', () => {
  const grown = incrementalTable([6]);
  const head = ['', 'ms'];
  expect([grown([head, ['a', '1000']]), grown([head, ['long', '9']])]).toEqual([
    '          ms\na       1000',
    'long       9',
  ]);
});
