import { expect, test } from 'vitest';
import { contextOf } from '../test/rows.js';
import { thrownMessage } from '../test/thrown.js';
import { applyProcessors, type Processor, processor } from './processor.js';

const double = processor(row => {
  for (let id = 0; id < row.length; id++) row[id]! *= 2;
});

test('a processor leaves its input unchanged, and writes into out', () => {
  const row = Float32Array.of(1, 2);
  expect([...double(row, contextOf())]).toEqual([2, 4]);
  expect([...row]).toEqual([1, 2]);
  const out = new Float32Array(2);
  expect(double(row, contextOf(), out)).toBe(out);
  expect([...out]).toEqual([2, 4]);
  expect(double(row, contextOf(), row)).toBe(row);
  expect([...row]).toEqual([2, 4]);
});

test('processors run in turn over a copy; a plain function is one too', () => {
  const plusLength: Processor = (logits, { tokens }) => logits.map(logit => logit + tokens.length);
  const logits = [1, 2, 3];
  expect([...applyProcessors([double, plusLength, double], logits, contextOf([7, 7, 7]))]).toEqual([10, 14, 18]);
  expect(logits).toEqual([1, 2, 3]);
});

test('a processor that loses logits is named by its index', () => {
  const short = [double, () => new Float32Array(2)];
  expect(thrownMessage(() => applyProcessors(short, [1, 2, 3], contextOf()))).toBe(
    'sampling: processor 1 returned 2 logits; it was given 3',
  );
  const none = [() => undefined as unknown as Float32Array];
  expect(thrownMessage(() => applyProcessors(none, [1, 2, 3], contextOf()))).toBe(
    'sampling: processor 0 returned no logits; it was given 3',
  );
});
