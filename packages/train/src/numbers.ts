import { expectInteger, expectValue } from '@residual/base';

const code = 'range';

/** Throws unless all values are whole numbers, 1 or more. They are named as in the record. */
export function expectCounts(caller: string, values: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(values)) expectInteger(caller, name, value, { min: 1, code });
}

/** Throws unless a value is a number from 0 to below 1. */
export function expectFraction(caller: string, name: string, value: number): void {
  expectValue(value >= 0 && value < 1, caller, name, value, 'a number from 0 to below 1', code);
}

/** Throws unless a value is a finite number, 0 or more. */
export function expectNonNegative(caller: string, name: string, value: number): void {
  expectValue(value >= 0 && value < Infinity, caller, name, value, 'a number, 0 or more', code);
}

/** Throws unless a value is a finite number above 0. */
export function expectPositive(caller: string, name: string, value: number): void {
  expectValue(value > 0 && value < Infinity, caller, name, value, 'a number above 0', code);
}
