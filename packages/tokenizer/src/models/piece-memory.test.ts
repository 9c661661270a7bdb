import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { PieceMemory } from './piece-memory.js';

const recall = (memory: PieceMemory, piece: string) => {
  const ids = [-7];
  return memory.recall(piece, ids) ? ids.slice(1) : undefined;
};

test('what was remembered is recalled, one id or several or none, and nothing else', () => {
  const memory = new PieceMemory();
  const lists = [[3], [1, 2], []];
  for (const [index, list] of lists.entries()) memory.remember(`${index}`, [0, ...list], 1);
  expect(['0', '1', '2', '3'].map(piece => recall(memory, piece))).toEqual([...lists, undefined]);
});

test('it forgets instead of growing beyond its bytes, and keeps no long pieces', () => {
  const memory = new PieceMemory();
  for (let number = 0; number < 30_000; number++) {
    memory.remember(`${number}`, [number], 0);
    expect(recall(memory, `${number}`)).toEqual([number]);
  }
  expect(recall(memory, '0')).toBeUndefined();
  expect(memory.byteLength).toBe(2.5e6);
  memory.remember('a'.repeat(65), [1], 0);
  expect(recall(memory, 'a'.repeat(65))).toBeUndefined();
});

test('a piece does not hold on to the text that it is cut from', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const memory = new PieceMemory();
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let number = 0; number < 500; number++) {
    const text = Array.from({ length: 5000 }, (_, index) => `${number} ${index}`).join(' ');
    memory.remember(text.slice(10, 40), [number], 0);
  }
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(1e7);
  expect(recall(memory, ''.padEnd(3))).toBeUndefined();
});
