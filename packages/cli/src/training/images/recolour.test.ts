import { expect, test } from 'vitest';
import { colouringOf, hueOf, hues, turnHues } from './recolour.js';

test('hues turn around the circle, greys and alpha stay', () => {
  const half = 128 / 255;
  const pixels = [
    [1, 0, 0, 1],
    [0.2, 0.2, 0.2, 0.5],
    [half, half / 2, 0, half],
    [0, 0, 0, 0],
  ];
  const x = Float32Array.from(pixels.flat());
  turnHues(x, 1 / 3);
  const expected = [0, 1, 0, 1, 0.2, 0.2, 0.2, 0.5, 0, half, half / 2, half, 0, 0, 0, 0];
  for (const [i, value] of expected.entries()) expect(x[i]).toBeCloseTo(value, 6);
  turnHues(x, -1 / 3);
  for (const [i, value] of pixels.flat().entries()) expect(x[i]).toBeCloseTo(value, 6);
});

test('a picture of one colour has its hue; one of opposite colours has none', () => {
  const colour = (red: number, green: number, blue: number) => [red, green, blue, 1];
  const plain = colouringOf(Float32Array.from([...colour(0, 0, 1), ...colour(0, 0, 0.8), ...colour(1, 1, 1)]));
  expect(plain.hue).toBeCloseTo(2 / 3, 6);
  expect([plain.unity, plain.share]).toEqual([expect.closeTo(1, 6), expect.closeTo(2 / 3, 6)]);
  const opposite = colouringOf(Float32Array.from([...colour(1, 0, 0), ...colour(0, 1, 1)]));
  expect(opposite.unity).toBeCloseTo(0, 6);
  expect(colouringOf(new Float32Array(8))).toEqual({ hue: 0, unity: 0, share: 0 });
});

test('each name of a colour is the hue of such a colour', () => {
  const examples = {
    ...{ red: [1, 0, 0], orange: [1, 0.5, 0], yellow: [1, 0.9, 0.1], green: [0.1, 0.8, 0.2] },
    ...{ blue: [0.1, 0.5, 1], purple: [0.6, 0.1, 0.9], pink: [1, 0.4, 0.7] },
  } as const;
  for (const [name, colour] of Object.entries(examples)) {
    const { hue } = hueOf(colour[0]!, colour[1]!, colour[2]!);
    const distance = Math.abs(hue - hues[name as keyof typeof hues]);
    expect(Math.min(distance, 1 - distance), name).toBeLessThan(0.04);
  }
});
