import { layerNorm } from '@residual/layers';
import { describe, expect, test } from 'vitest';
import * as sequence from './index.js';

type Options = Readonly<Record<string, unknown>>;
const norm = sequence.normThenGate({});
const modelDim = 4;
const functions: ReadonlyMap<string, unknown> = new Map(Object.entries(sequence));

/** Every function with named options, with valid options and the names of the required ones. */
const compositions: Record<string, { readonly options: Options; readonly required?: readonly string[] }> = {
  causalConvolution: { options: { dim: 4 } },
  shortConvolution: { options: { modelDim } },
  selectiveStateSpace: { options: { modelDim } },
  stateSpaceDual: { options: { modelDim, heads: 2, norm } },
  gatedDelta: { options: { modelDim, heads: 2, keyDim: 2, valueDim: 2, norm } },
  gateThenNorm: { options: { norm: layerNorm({ dim: 4 }) }, required: [] },
  normThenGate: { options: { norm: layerNorm({ dim: 4 }) }, required: [] },
  groupedRmsNorm: { options: { dim: 4, groups: 2 } },
};

describe.each(Object.entries(compositions))('%s', (name, { options, required = Object.keys(options) }) => {
  const compose = functions.get(name) as (options: Options) => unknown;
  test('refuses an option that does not exist', () => {
    expect(() => compose({ ...options, oddity: 1 })).toThrow(`${name}: oddity is not an option; options are `);
  });
  test.each(required)('names %s where it is missing', option => {
    expect(() => compose({ ...options, [option]: undefined })).toThrow(`${name}: ${option} is missing; options are `);
  });
});

test('every function is among them', () => {
  expect([...functions.keys()].filter(name => !(name in compositions))).toEqual([]);
});
