import { ResidualError } from '@residual/tensor';
import type { BombTarget } from '../../bombs/target.js';

const read = (text: string) => {
  const value = JSON.parse(text) as { deed?: unknown };
  if (value?.deed === undefined || value.deed === 'write') return value;
  throw new ResidualError('format', 'odd: no');
};

/** Reads JSON, and does not catch the engine's error if the text is not JSON. */
export const careless: BombTarget = {
  inputs: () => [{ name: 'one', make: () => '{}' }],
  read,
  seeds: () => ['{"deed":"write","some":12}'],
};

/** Exits on a few inputs and loops on others. */
export const deadly: BombTarget = {
  inputs: () => [],
  read: text => {
    if (text.includes('2147483648')) process.exit(3);
    if (text.includes('1e999')) for (;;);
    try {
      return read(text);
    } catch {
      throw new ResidualError('format', 'odd: no');
    }
  },
  seeds: () => ['{"deed":"write","some":12}'],
};

/** Is not fuzzed. */
export const plain: BombTarget = { inputs: () => [], read };
