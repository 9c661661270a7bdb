import { expect, test } from 'vitest';
import { bombsOf, runBombs } from './index.js';

test('each input has an outcome, and a new process continues after a crash', async () => {
  const limits = { megabytes: 32, seconds: 1 };
  const { results, defects, megabytes } = await runBombs(new URL('./testing/behaviours.ts', import.meta.url), limits);
  expect(results.map(({ target, name, outcome }) => `${target} ${name}: ${outcome}`)).toEqual([
    'another 1: read',
    'another 2: read',
    'behaviour reads: read',
    'behaviour refuses: refused',
    'behaviour refuses at length: long',
    'behaviour throws: raw',
    'behaviour rejects beside: raw',
    'behaviour loops: hang',
    'behaviour fills the heap: crash',
    'behaviour fills arrays: memory',
    'behaviour asks for one array: raw',
    'behaviour exits: crash',
    'behaviour reads again: read',
  ]);
  expect(defects).toHaveLength(8);
  const messageOf = (name: string) => results.find(result => result.name === name)!.message;
  expect(messageOf('refuses')).toBe('behaviour: no');
  expect(messageOf('throws')).toMatch(/^TypeError: Cannot read properties of null/);
  expect(messageOf('rejects beside')).toMatch(/^not handled: TypeError: beside/);
  expect(messageOf('fills the heap')).toMatch(/^ended with (SIGABRT|SIGTRAP|134): .*(heap|memory)/);
  expect(messageOf('exits')).toMatch(/^ended with 3/);
  expect(messageOf('asks for one array')).toMatch(/^RangeError: an array of 1073741824 bytes; 33554432 would fit/);
  expect(megabytes).toBeGreaterThan(30);
});

test('only the named targets are read', async () => {
  const { results } = await runBombs(new URL('./testing/behaviours.ts', import.meta.url), { only: ['another'] });
  expect(results.map(({ name }) => name)).toEqual(['1', '2']);
});

test('bombs are the document with one change', () => {
  const document = { size: 3, rates: [0.5, 1], inner: { inner: null } };
  const bombs = new Map([...bombsOf(document, { count: 3 })].map(({ name, make }) => [name, make()]));
  const text = JSON.stringify(document);
  for (const [name, expected] of Object.entries({
    'size = 2147483648': text.replace('3', '2147483648'),
    'size = 9007199254740992': text.replace('3', '9007199254740992'),
    'size = 1e999': text.replace('3', '1e999'),
    'rates[1] = -1': text.replace('5,1]', '5,-1]'),
    'rates = "x"': text.replace('[0.5,1]', '"x"'),
    'inner.inner = {}': text.replace('null', '{}'),
    'the document = []': '[]',
    'size inside 3 lists': text.replace('3', '[[[3]]]'),
    'size inside 3 records': text.replace('3', '{"a":{"a":{"a":3}}}'),
    'rates of 4 members': text.replace('[0.5,1]', '[0.5,1,0.5,1]'),
    'inner with 3 more members': text.replace('null', 'null,"more0":null,"more1":null,"more2":null'),
    'the document within itself 3 times by rates':
      '{"size":3,"rates":['.repeat(3) + text + '],"inner":{"inner":null}}'.repeat(3),
  }))
    expect(bombs.get(name), name).toBe(expected);
  for (const [name, bomb] of bombs) expect(() => JSON.parse(bomb), name).not.toThrow();
  expect(new Set(bombs.values()).size).toBe(bombs.size);
});

test('deep and long texts are bounded in size', () => {
  const bombs = [...bombsOf({ list: [{ word: 'x'.repeat(1000) }] })];
  const lengths = bombs.map(({ make }) => make().length);
  expect(Math.max(...lengths)).toBeLessThan(10e6);
  const deep = bombs.find(({ name }) => name === 'the document within itself 100000 times by list')!.make();
  expect(deep.startsWith('{"list":[{"list":[{"list":[')).toBe(true);
});
