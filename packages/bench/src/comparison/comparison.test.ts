import { expect, test } from 'vitest';
import { lineOf, rateLineOf } from './line.js';
import { NoteList } from './notes.js';
import { summarize } from './statistics.js';
import { digits, LineTable } from './table.js';

test('a summary is the minimum, the median and the 95th percentile, in any order of measurements', () => {
  expect(summarize([9, 1, 2, 100, 3])).toEqual({ min: 1, median: 3, p95: 100, count: 5 });
  expect(summarize([4, 1, 2, 100])).toEqual({ min: 1, median: 3, p95: 100, count: 4 });
  const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
  expect(summarize(hundred)).toEqual({ min: 1, median: 50.5, p95: 95, count: 100 });
  expect(() => summarize([])).toThrow('bench: there is no measurement');
});

test('the ratio of a line is that of the medians, which one slow measurement does not change', () => {
  const { ratio, goal } = lineOf({ what: 'time', ours: [1, 2, 50], peer: 'other', peers: [3, 4, 5], goal: 0.6 });
  expect([ratio, goal]).toEqual([0.5, 0.6]);
});

test('a rate is that of each time, and its ratio is below 1 where ours is faster', () => {
  const rate = rateLineOf({ what: 'tokens a second', ours: [0.5, 1, 2], peer: 'other', peers: [1, 4, 5] }, 20);
  expect(rate).toMatchObject({
    ours: { min: 40, median: 20, p95: 10 },
    peers: { min: 20, median: 5, p95: 4 },
    ratio: 0.25,
    notes: ['rate'],
  });
});

test('lines become a Markdown table whose header is printed once; notes are numbered in the order of their use', () => {
  const notes = new NoteList();
  const table = new LineTable(notes);
  const first = lineOf({ what: 'a', ours: [1], peer: 'p', peers: [4], goal: 0.2, notes: ['rate', 'process'] });
  const second = lineOf({ what: 'b', ours: [10, 20, 30], peer: 'q', peers: [100, 200, 300], notes: ['process'] });
  const rows = `${table.next([first])}\n${table.next([second])}`
    .split('\n')
    .map(row => row.split(/ *\| */).slice(1, -1));
  expect(rows).toEqual([
    [
      'what',
      'ours: min · median · p95',
      "the peer's: min · median · p95",
      'peer',
      'ours / peer',
      'our own goal',
      'notes',
    ],
    expect.arrayContaining([expect.stringMatching(/^-+$/)]),
    ['a', '1.00', '4.00', 'p', '0.25', 'at most 0.2: missed', '1, 2'],
    ['b', '10.0 · 20.0 · 30.0', '100 · 200 · 300', 'q', '0.10', '', '2'],
  ]);
  expect(`${notes}`).toMatch(/^1\. The rates of .*\n2\. Measured three times .*$/);
  notes.numbersOf(['plainAttention']);
  const lengths = `${notes}`.split('\n').map(line => line.length);
  expect(lengths).toHaveLength(4); // the third note takes two lines
  expect(Math.max(...lengths)).toBeLessThanOrEqual(120);
});

test('numbers have three digits', () => {
  expect([0.01234, 12.34, 99.97, 1234.5].map(digits)).toEqual(['0.0123', '12.3', '100', '1235']);
});
