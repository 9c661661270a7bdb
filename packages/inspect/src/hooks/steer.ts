import { type Hook, randomness } from '@residual/layers';
import { add, checkSeed, expectOptions, expectValue, mul, normalValues, type Tensor, tensor } from '@residual/tensor';
import { change, expectBroadcast, type Vector, vectorTensor } from './change.js';
import { positionAxisOf, type Site } from './position-axis.js';
import { expectSelection, type Selection, selectionMask, selectionNames } from './selection.js';

/** Settings of `steer`. */
export interface SteerOptions extends Selection {
  /** The vector to add, as wide as the activation. */
  readonly direction: Vector;
  /** A factor on the vector; 1 if absent. */
  readonly scale?: number;
}

/** Steering: adds a direction to an activation, everywhere or in a part of it (Turner et al. 2023). */
export function steer(name: string, options: SteerOptions): Hook {
  expectOptions('steer', options, { ...selectionNames, direction: 1, scale: 0 });
  const { direction, scale = 1, ...selection } = options;
  expectSelection('steer', selection);
  expectValue(Number.isFinite(scale), 'steer', 'scale', scale, 'a number', 'option');
  return change('steer', name, (x, site) => {
    const vector = vectorTensor(direction);
    expectBroadcast(site, x, vector);
    return addSelected(x, mul(vector, scale), selection, site);
  });
}

/** Settings of `addNoise`. */
export interface NoiseOptions extends Selection {
  /** Standard deviation of the noise. */
  readonly std: number;
  /** The seed; 0 if absent. */
  readonly seed?: number;
}

/**
 * Adds Gaussian noise to an activation: the corruption of causal tracing (Meng et al. 2022). The noise depends on the
 * seed, the path, the position and, in training, the step; so it is the same whether a text is fed at once or in parts.
 */
export function addNoise(name: string, options: NoiseOptions): Hook {
  expectOptions('addNoise', options, { ...selectionNames, std: 1, seed: 0 });
  const { std, seed = 0, ...selection } = options;
  expectSelection('addNoise', selection);
  checkSeed('addNoise', seed);
  expectValue(std >= 0 && Number.isFinite(std), 'addNoise', 'std', std, 'a number, 0 or more', 'option');
  return change('addNoise', name, (x, site) =>
    addSelected(x, tensor(noiseValues(x, { std, seed }, site), x.shape), selection, site),
  );
}

/** x + step where a selection holds, x elsewhere. */
function addSelected(x: Tensor, step: Tensor, selection: Selection, site: Site): Tensor {
  const mask = selectionMask(x, selection, site);
  return add(x, mask ? mul(step, mask) : step);
}

/** Noise for x [batch, ..., length, width], row-major; each position has a random stream of its own. */
function noiseValues(x: Tensor, { std, seed }: { std: number; seed: number }, site: Site): Float32Array {
  const { offset } = positionAxisOf(x, site);
  const [length, width] = x.shape.length > 2 ? (x.shape.slice(-2) as [number, number]) : [1, x.size];
  const rows = x.size / (length * width);
  const step = site.scope.get(randomness)?.step;
  const stream = step === undefined ? site.path : `${site.path} ${step}`;
  const values = new Float32Array(x.size);
  for (let position = 0; position < length; position++) {
    const noise = normalValues(seed, `${stream} ${offset + position}`, rows * width);
    for (let row = 0; row < rows; row++)
      for (let i = 0; i < width; i++) values[(row * length + position) * width + i] = std * noise[row * width + i]!;
  }
  return values;
}
