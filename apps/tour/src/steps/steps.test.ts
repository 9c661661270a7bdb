import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { preset } from '../settings.js';
import { steps } from './index.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

test('the line of code that a step shows stands in the file that it names', () => {
  const missing = steps
    .map(({ name, text: { code } }) => ({ name, ...code }))
    .filter(({ file, line }) => !readFileSync(root + file, 'utf8').includes(line));
  expect(missing).toEqual([]);
});

test('a step says two sentences', () => {
  const counts = steps.map(({ name, text }) => [name, text.lead.match(/[.?!](?= |$)/g)?.length]);
  expect(counts).toEqual(steps.map(({ name }) => [name, 2]));
});

test('no two steps share a setting, and every preset sets what exists', () => {
  const own = steps.flatMap(({ settings, partSettings = [] }) => [...settings, ...partSettings]);
  expect(own).toEqual([...new Set(own)]);
  expect(Object.keys(preset).sort()).toEqual(['step', 'sentence', ...own].sort());
  const set = steps.flatMap(({ presets }) => presets.flatMap(({ settings }) => Object.keys(settings)));
  expect(set.filter(name => !Object.hasOwn(preset, name))).toEqual([]);
});

test('every step has something to try', () => {
  expect(steps.filter(({ presets }) => presets.length === 0).map(({ name }) => name)).toEqual([]);
});
