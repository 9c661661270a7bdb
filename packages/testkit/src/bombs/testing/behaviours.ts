import { ResidualError } from '@residual/tensor';
import type { BombTarget } from '../target.js';

const held: unknown[] = [];

/** One behaviour for each outcome. */
const behaviours: Readonly<Record<string, () => unknown>> = {
  reads: () => 5,
  refuses: () => {
    throw new ResidualError('format', 'behaviour: no');
  },
  'refuses at length': () => {
    throw new ResidualError('format', 'no'.repeat(2e4));
  },
  throws: () => null!['x' as never],
  'rejects beside': async () => {
    Promise.reject(new TypeError('beside'));
    await new Promise(resolve => setTimeout(resolve, 10));
  },
  loops: () => {
    for (;;);
  },
  'fills the heap': () => {
    for (;;) held.push(new Array(10_000).fill(held.length));
  },
  'fills arrays': () => {
    for (;;) held.push(new Float32Array(1e5).fill(1));
  },
  'asks for one array': () => new Float32Array(2 ** 28),
  exits: () => process.exit(3),
  'reads again': () => 7,
};

export const behaviour: BombTarget = {
  inputs: () => Object.keys(behaviours).map(name => ({ name, make: () => name })),
  read: name => behaviours[name]!(),
};

/** A second target, which reads all its inputs. */
export const another: BombTarget<number> = {
  inputs: () => [1, 2].map(n => ({ name: `${n}`, make: () => n })),
  read: n => n,
};
