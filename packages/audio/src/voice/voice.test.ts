import { expect, test } from 'vitest';
import { energyGate, speechSegments } from '../index.js';
import { speech } from '../testing/golden.js';

/** Numbers from -1 to 1, always the same. */
const noise = (length: number, seed = 1) => {
  let state = seed;
  return Float32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return state / 2 ** 31;
  });
};

const joined = (...parts: Float32Array[]) => Float32Array.from(parts.flatMap(part => [...part]));
const second = 16_000;

test('the parts with speech are found between silence, and under noise', async () => {
  const clip = await speech(); // "... so, my fellow Americans", with a pause at its end
  const recording = joined(new Float32Array(second), clip, new Float32Array(2 * second), clip);
  for (const loudness of [0, 0.003, 0.02]) {
    const hiss = noise(recording.length);
    const segments = speechSegments(recording.map((x, i) => x + loudness * hiss[i]!));
    expect(segments).toHaveLength(2);
    expect(segments[1]!.start - segments[0]!.start).toBeCloseTo(4.5, 1);
    for (const { start, end } of segments) expect(end - start).toBeGreaterThan(1.5);
    expect(segments[0]!.start).toBeGreaterThan(0.85);
    expect(segments[0]!.end).toBeLessThan(3.65);
  }
});

test('silence, noise, steady tones and clicks are no speech', () => {
  const length = 3 * second;
  const made = (sample: (index: number) => number) => Float32Array.from({ length }, (_, i) => sample(i));
  expect(speechSegments(new Float32Array(0))).toEqual([]);
  expect(speechSegments(new Float32Array(length))).toEqual([]);
  expect(speechSegments(noise(length))).toEqual([]);
  expect(speechSegments(noise(length).map(x => 0.003 * x))).toEqual([]);
  expect(speechSegments(made(i => Math.sin(0.17 * i) / 2))).toEqual([]);
  expect(speechSegments(made(i => (i % 8000 === 0 ? 1 : 0)))).toEqual([]);
  const burst = noise(length).map((x, i) => (i > second && i < 2 * second ? x / 2 : x / 1000));
  expect(speechSegments(burst)).toEqual([]);
});

test('the time of segments is in seconds at any rate, within the recording and apart', async () => {
  const clip = await speech();
  const twice = Float32Array.from({ length: 2 * clip.length }, (_, i) => clip[i >> 1]!);
  const [slow, fast] = [speechSegments(clip), speechSegments(twice, { sampleRate: 32_000 })];
  expect(slow.length).toBeGreaterThan(0);
  expect(fast.length).toBe(slow.length);
  for (const [i, { start, end }] of slow.entries()) {
    expect(Math.abs(fast[i]!.start - start) + Math.abs(fast[i]!.end - end)).toBeLessThan(0.06);
    expect(start).toBeGreaterThanOrEqual(i > 0 ? slow[i - 1]!.end : 0);
    expect(end).toBeLessThanOrEqual(2.5);
  }
  const wide = speechSegments(clip, { padding: 5, minPause: 0 });
  expect([wide[0]!.start, wide.at(-1)!.end]).toEqual([0, 2.5]);
});

test('the gate opens at a voice, closes after it, and does not depend on the cuts', async () => {
  const clip = await speech();
  const recording = joined(
    noise(second).map(x => x / 1000),
    clip,
    noise(2 * second).map(x => x / 1000),
  );
  const statesOf = (size: number) => {
    const gate = energyGate({ hold: 0.2 });
    const states: boolean[] = [];
    for (let at = 0; at < recording.length; at += size) {
      const { isOpen } = gate(recording.subarray(at, at + size));
      if ((at + size) % 1600 === 0) states.push(isOpen);
    }
    return states;
  };
  const states = statesOf(1600);
  expect(states.slice(0, 10)).toEqual(Array(10).fill(false));
  expect(states.slice(10, 35).filter(isOpen => isOpen).length).toBeGreaterThan(12);
  expect(states.slice(38)).toEqual(Array(states.length - 38).fill(false));
  expect(statesOf(100)).toEqual(states);
});

test('a steady sound becomes the background, and its level is in dB', () => {
  const gate = energyGate();
  const tone = Float32Array.from({ length: second }, (_, i) => 0.5 * Math.sin((2 * Math.PI * 500 * i) / second));
  expect(gate(new Float32Array(second)).level).toBe(-120);
  expect(gate(tone)).toMatchObject({ isOpen: true });
  let state = gate(tone);
  for (let i = 0; i < 45; i++) state = gate(tone);
  expect(state.level).toBeCloseTo(-6.02, 1);
  expect(state.isOpen).toBe(false);
});

test('settings that do not fit are refused', () => {
  const message = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  const one = new Float32Array(1);
  expect(message(() => speechSegments(one, { margin: 0 }))).toBe(
    'speechSegments: margin is 0; it must be a positive number',
  );
  expect(message(() => speechSegments(one, { maxFlatness: 2 }))).toBe(
    'speechSegments: maxFlatness is 2; it must be from 0 to 1',
  );
  expect(message(() => speechSegments(one, { minPause: -1 }))).toBe(
    'speechSegments: minPause is -1; it must be 0 or more seconds',
  );
  expect(message(() => energyGate({ hold: Number.NaN }))).toBe('energyGate: hold is NaN; it must be 0 or more seconds');
});
