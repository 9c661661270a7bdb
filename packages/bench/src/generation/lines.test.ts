import { expect, test } from 'vitest';
import { linesOf } from './lines.js';
import type { Measurement } from './measure.js';
import { parseSubject, type SubjectName } from './subject-runner.js';

const measurements = new Map<SubjectName, Measurement>([
  ['residual', { load: [1000], peak: [4e8], prefill: [130], decode: [20, 24, 25], text: [2000] }],
  ['onnxruntime-web', { load: [4000], peak: [5e8], prefill: [100], decode: [16, 20, 30], text: [1000] }],
  ['tfjs', { load: [500], peak: [8e8], prefill: [260], decode: [48], text: [4000] }],
]);

test('each quantity is compared with each peer, in its unit, with its goal and its notes', () => {
  const lines = linesOf(measurements, {
    title: 'shape',
    quantities: ['decode', 'load', 'peak'],
    goals: { 'decode onnxruntime-web': 1.2 },
    prompt: 8,
    place: 'process',
  });
  expect(
    lines.map(({ what, peer, ours, ratio, goal, notes }) => [what, peer, ours.median, ratio, goal, notes]),
  ).toEqual([
    ['shape: decode, ms a token', 'onnxruntime-web', 24, 1.2, 1.2, ['frontDoor', 'plainAttention']],
    ['shape: decode, ms a token', 'tfjs', 24, 0.5, undefined, ['frontDoor', 'plainOps']],
    ['shape: load, s', 'onnxruntime-web', 1, 0.25, undefined, ['process']],
    ['shape: load, s', 'tfjs', 1, 2, undefined, ['process']],
    ['shape: peak memory, MB', 'onnxruntime-web', 400, 0.8, undefined, ['process']],
    ['shape: peak memory, MB', 'tfjs', 400, 0.5, undefined, ['process']],
  ]);
});

test('a whole text is a rate of new tokens, with the size of prompt and text', () => {
  const options = { title: 'shape', quantities: ['text'], prompt: 8, textCount: 40, place: 'page' } as const;
  const [line] = linesOf(measurements, options);
  expect(line).toMatchObject({
    what: 'shape: text of 8 + 40, tokens a second',
    ours: { median: 20 },
    peers: { median: 40 },
    ratio: 2,
    notes: ['sampler', 'plainAttention', 'rate'],
  });
});

test('a name says the form of our cache, which is compared in the times of steps', () => {
  const parsed = (
    ['residual int8, f16 cache', 'residual, int8 cache', 'tfjs', 'onnxruntime-web, 2 threads'] as const
  ).map(name => parseSubject(name));
  expect(parsed.map(({ form, cache, threads }) => [form, cache, threads])).toEqual([
    ['int8', 'f16', 1],
    ['f32', 'int8', 1],
    ['f32', 'f32', 1],
    ['f32', 'f32', 2],
  ]);
  const both = new Map(measurements).set('residual, f16 cache', measurements.get('residual')!);
  const lines = linesOf(both, { title: 'shape', quantities: ['decode', 'peak'], prompt: 8, place: 'process' });
  const ofCaches = lines.filter(({ peer }) => peer === 'residual, f16 cache');
  expect(ofCaches.map(({ what, ratio, notes }) => [what, ratio, notes])).toEqual([
    ['shape: decode, ms a token', 1, ['cache']],
  ]);
});
