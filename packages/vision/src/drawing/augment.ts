import { type Drawing, expectDrawing, fitDrawing, type Point } from './drawing.js';

/** The square of an augmented drawing, for `encode`. */
export const unitBox = { left: 0, top: 0, width: 1, height: 1 } as const;

/**
 * A drawing as another hand might draw it, for training: turned by at most 7 degrees, up to 15 % narrower or lower,
 * mirrored in half of the cases, its points moved by a little, somewhere in a square from 0 to 1 that it nearly fills.
 * `random` gives numbers in [0, 1).
 */
export function augmentDrawing(drawing: Drawing, random: () => number): Drawing {
  expectDrawing('augmentDrawing', drawing);
  const angle = (2 * random() - 1) * 0.12;
  const [wide, high] = [0.85 + 0.15 * random(), 0.85 + 0.15 * random()];
  const mirror = random() < 0.5 ? -1 : 1;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const side = 1 - 0.12 * random();
  const [right, down] = [(1 - side) * random(), (1 - side) * random()];
  const spread = 0.006 * random();
  const turned = drawing.map(stroke =>
    stroke.map(([x, y]): Point => {
      const [u, v] = [x * wide * mirror, y * high];
      return [u * cos - v * sin, u * sin + v * cos];
    }),
  );
  return fitDrawing(turned, side).map(stroke =>
    stroke.map(([x, y]): Point => [x + right + spread * around(random), y + down + spread * around(random)]),
  );
}

/** About normal, with a deviation of 1: the sum of three uniform numbers from -1 to 1. */
function around(random: () => number): number {
  return 2 * (random() + random() + random()) - 3;
}
