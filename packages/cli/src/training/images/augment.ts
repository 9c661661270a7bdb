import type { Draws } from '../draws.js';
import { type Affine, type Bend, type PictureAt, samplePicture, straight } from './sample-picture.js';

type Colour = readonly [red: number, green: number, blue: number];

const white: Colour = [1, 1, 1];

/** Where a picture goes: RGB from -1 to 1, [size, size, 3], from `offset` on. */
export interface PictureTarget {
  readonly values: Float32Array;
  readonly offset: number;
  readonly size: number;
}

/** Writes a picture as it is, on white. */
export function writePlain({ set, index }: PictureAt, from: number, { values, offset, size }: PictureTarget): void {
  const channels = samplePicture({ set, index }, from, size, straight);
  for (let i = 0; i < size * size; i++)
    for (let c = 0; c < 3; c++) {
      const value = set.channels === 4 ? channels[4 * i + c]! + 1 - channels[4 * i + 3]! : 1 - channels[i]!;
      values[offset + 3 * i + c] = 2 * value - 1;
    }
}

/**
 * Writes a picture as training sees it: turned, scaled, shifted, bent, on a background of its own; a coloured one with
 * other colours, sometimes grey or as a line drawing, ink in a colour of its own and sometimes thicker or mirrored.
 */
export function writeAugmented(picture: PictureAt, from: number, target: PictureTarget, draws: Draws): void {
  if (picture.set.channels === 4) writeColoured(picture, from, target, draws);
  else writeInk(picture, from, target, draws);
}

function writeColoured(picture: PictureAt, from: number, target: PictureTarget, draws: Draws): void {
  const { values, offset, size } = target;
  const x = samplePicture(picture, from, size, randomAffine(draws, 0), randomBend(draws));
  const brightness = draws.uniform(0.75, 1.25);
  const gains = [0, 1, 2].map(() => brightness * draws.uniform(0.85, 1.15));
  const isGrey = draws.chance(0.12);
  const isLines = draws.chance(0.12);
  const background = randomBackground(draws);
  for (let i = 0; i < size * size; i++) {
    const alpha = x[4 * i + 3]!;
    for (let c = 0; c < 3; c++) x[4 * i + c] = Math.min(alpha, x[4 * i + c]! * gains[c]!);
    if (isGrey) x.fill((x[4 * i]! + x[4 * i + 1]! + x[4 * i + 2]!) / 3, 4 * i, 4 * i + 3);
  }
  if (isLines) {
    writeLines(x, target);
    return;
  }
  for (let i = 0; i < size * size; i++)
    for (let c = 0; c < 3; c++)
      values[offset + 3 * i + c] = 2 * (x[4 * i + c]! + (1 - x[4 * i + 3]!) * background[c]!) - 1;
}

/** Dark lines where brightness or alpha change, on white. */
function writeLines(x: Float32Array, { values, offset, size }: PictureTarget): void {
  const [light, alpha] = [new Float32Array(size * size), new Float32Array(size * size)];
  for (let i = 0; i < size * size; i++) {
    alpha[i] = x[4 * i + 3]!;
    light[i] = (x[4 * i]! + x[4 * i + 1]! + x[4 * i + 2]!) / 3 + 1 - alpha[i]!;
  }
  for (let i = 0; i < size * size; i++) {
    const edge = rangeAround(light, size, i) + 0.6 * rangeAround(alpha, size, i);
    const value = 1 - Math.min(1, Math.max(0, 3 * edge - 0.3));
    values.fill(2 * value - 1, offset + 3 * i, offset + 3 * i + 3);
  }
}

function writeInk(picture: PictureAt, from: number, { values, offset, size }: PictureTarget, draws: Draws): void {
  const thin = samplePicture(picture, from, size, randomAffine(draws, 0.5), randomBend(draws));
  const isThick = draws.chance(0.35);
  const isPlain = draws.chance(0.6);
  const background = isPlain ? white : randomBackground(draws);
  const ink = inkOn(background, isPlain, draws);
  for (let i = 0; i < size * size; i++) {
    const amount = isThick ? largestAround(thin, size, i) : thin[i]!;
    for (let c = 0; c < 3; c++) values[offset + 3 * i + c] = 2 * (amount * ink[c]! + (1 - amount) * background[c]!) - 1;
  }
}

/** A dark grey on white; else any colour that can be told from the background, or black or white. */
function inkOn(background: Colour, isPlain: boolean, draws: Draws): Colour {
  if (isPlain) {
    const grey = 0.3 * draws.uniform() ** 2;
    return [grey, grey, grey];
  }
  const colour: Colour = [draws.uniform(), draws.uniform(), draws.uniform()];
  const difference = colour.reduce((sum, value, c) => sum + Math.abs(value - background[c]!), 0) / 3;
  if (difference >= 0.25) return colour;
  return background[0] + background[1] + background[2] > 1.5 ? [0, 0, 0] : white;
}

/** White in half of the cases, else light, any, or dark. */
function randomBackground(draws: Draws): Colour {
  const kind = draws.uniform();
  const colour: Colour = [draws.uniform(), draws.uniform(), draws.uniform()];
  if (kind < 0.5) return white;
  if (kind < 0.7) return colour.map(value => 0.75 + 0.25 * value) as unknown as Colour;
  return kind < 0.9 ? colour : (colour.map(value => 0.15 * value) as unknown as Colour);
}

/** Scaled to 70 to 110 %, turned by at most 15 degrees, shifted by at most 7.5 %, mirrored with a probability. */
function randomAffine(draws: Draws, mirror: number): Affine {
  const zoom = 1 / draws.uniform(0.7, 1.1);
  const angle = (draws.uniform(-15, 15) * Math.PI) / 180;
  const aspect = draws.uniform(0.88, 1.12);
  const flip = draws.chance(mirror) ? -1 : 1;
  const [cos, sin] = [Math.cos(angle) * zoom, Math.sin(angle) * zoom];
  const [right, down] = [draws.uniform(-0.15, 0.15), draws.uniform(-0.15, 0.15)];
  return [cos * aspect * flip, -sin, right, sin * flip, cos / aspect, down];
}

/** Waves of up to 8 % of half a side, at most one turn long across the picture. */
function randomBend(draws: Draws): Bend {
  const wave = () => ({
    height: draws.uniform(0, 0.08),
    frequency: draws.uniform(1, Math.PI),
    phase: draws.uniform(0, 2 * Math.PI),
  });
  return { right: wave(), down: wave() };
}

/** The largest of a pixel and the eight around it. */
function largestAround(x: Float32Array, size: number, i: number): number {
  return extremesAround(x, size, i)[1];
}

/** The largest minus the smallest of a pixel and the eight around it. */
function rangeAround(x: Float32Array, size: number, i: number): number {
  const [smallest, largest] = extremesAround(x, size, i);
  return largest - smallest;
}

function extremesAround(x: Float32Array, size: number, i: number): readonly [smallest: number, largest: number] {
  const [row, column] = [Math.floor(i / size), i % size];
  let [smallest, largest] = [x[i]!, x[i]!];
  for (let y = Math.max(0, row - 1); y <= Math.min(size - 1, row + 1); y++)
    for (let z = Math.max(0, column - 1); z <= Math.min(size - 1, column + 1); z++) {
      const value = x[y * size + z]!;
      if (value < smallest) smallest = value;
      if (value > largest) largest = value;
    }
  return [smallest, largest];
}
