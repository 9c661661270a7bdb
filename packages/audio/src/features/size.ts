import { expectValue } from '@residual/base';

/** More values than any published model reads: 64 MiB. */
const maxValues = 2 ** 24;

/** Refuses settings by which features would have more than 2²⁴ values. */
export function checkSize(caller: string, bins: number, frames: number): void {
  const values = bins * frames;
  expectValue(values <= maxValues, caller, 'the number of values', values, `at most ${maxValues}`);
}
