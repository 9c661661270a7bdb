import { tensor } from '@residual/tensor';
import '@residual/testkit/wasm';
import { expectClose } from '@residual/testkit';
import { expect, test } from 'vitest';
import { activations as reference } from '../../test/reference.js';
import { type Config, ConfigReader } from '../index.js';
import { activations } from './activations.js';

const message = (use: () => unknown): string => {
  try {
    use();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};
const reader = (config: Config) => new ConfigReader('lark', config);

test('fields are read by kind; null and absent ones fall back', () => {
  const config = reader({ width: 8, rate: 0.1, on: true, act: 'silu', nothing: null, second: 3 });
  expect([config.size('width'), config.number('rate'), config.flag('on', false)]).toEqual([8, 0.1, true]);
  expect([config.size('nothing', 5), config.number('absent', -2), config.flag('nothing', true)]).toEqual([5, -2, true]);
  expect([config.dropout('rate')?.rate, config.dropout('absent')]).toEqual([0.1, undefined]);
  expect(config.activation('act', 'gelu')).toBe('silu');
  expect([config.value('first', 'second'), config.value('nothing')]).toEqual([3, undefined]);
  config.expectValue('nothing', 1);
  expect(message(() => config.refuseUnread())).toBe('no error');
});

test.each<[string, (config: ConfigReader) => unknown, Config]>([
  ['a is 0; it must be a whole number, 1 or more', config => config.size('a'), { a: 0 }],
  ['a is 2.5; it must be a whole number, 1 or more', config => config.size('a', 3), { a: 2.5 }],
  ['a is "8"; it must be a whole number, 1 or more', config => config.size('a'), { a: '8' }],
  ['a is undefined; it must be a whole number, 1 or more', config => config.size('a'), {}],
  ['a is 10001; it must be a whole number from 1 to 10000', config => config.depth('a'), { a: 10_001 }],
  ['a is -1; it must be a whole number from 1 to 10000', config => config.depth('a'), { a: -1 }],
  ['a is true; it must be a number', config => config.number('a'), { a: true }],
  ['a is 1; it must be true or false', config => config.flag('a', true), { a: 1 }],
  ['a is 1; it must be a number from 0 to below 1', config => config.dropout('a'), { a: 1 }],
  ['a is -0.1; it must be a number from 0 to below 1', config => config.dropout('a'), { a: -0.1 }],
  ['a is 2; it must be 1 or absent', config => config.expectValue('a', 1), { a: 2 }],
  [
    `a is "mish"; it must be one of ${Object.keys(activations).join(', ')}`,
    config => config.activation('a', 'silu'),
    { a: 'mish' },
  ],
  [
    `a is "toString"; it must be one of ${Object.keys(activations).join(', ')}`,
    config => config.activation('a', 'silu'),
    { a: 'toString' },
  ],
])('config field %s', (expected, use, config) => {
  expect(message(() => use(reader(config)))).toBe(`lark: config field ${expected}`);
});

test('fields that were not read are refused all at once, unless they are harmless, null, private or ignored', () => {
  const fields = { width: 8, sinks: 4, gates: [1], model_type: 'lark', _private: 1, nothing: null, dtype: 'float32' };
  const config = reader(fields);
  config.size('width');
  expect(message(() => config.refuseUnread())).toBe(
    'lark: config fields are not understood and may change the numbers: sinks: 4, gates: [1]; if they do not, ' +
      'name them in ignoreConfig',
  );
  expect(message(() => config.refuseUnread(['sinks']))).toBe(
    'lark: config fields are not understood and may change the numbers: gates: [1]; if they do not, name them ' +
      'in ignoreConfig',
  );
  expect(message(() => config.refuseUnread(['sinks', 'gates']))).toBe('no error');
});

test('the activations of this package equal their formulas', async () => {
  const values = [-7, -3, -1.2, -0.3, 0, 0.4, 1, 2.5, 6];
  const ownActivations = Object.entries(activations).filter(([, activation]) => typeof activation === 'function');
  expect(ownActivations.map(([name]) => name)).toEqual(['quick_gelu', 'relu2']);
  for (const [name, activation] of ownActivations) {
    const x = tensor(values, [values.length]);
    const y = (activation as (input: typeof x) => typeof x)(x);
    await expectClose(y, values.map(reference[name]!), { absolute: 1e-6, relative: 1e-6 });
    x.dispose();
    y.dispose();
  }
});
