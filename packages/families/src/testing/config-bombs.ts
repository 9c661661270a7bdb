/**
 * Hostile configs of every family, which are composed but not loaded. A process with a small heap imports this module.
 */
import { readFileSync } from 'node:fs';
import { describe } from '@residual/layers';
import { type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { type Config, families, familyOf } from '../index.js';

const names = ['bart', 'flan-t5-gated', 'gpt2', 'llama', 'llama3-rope', 'm2m100', 'marian', 'mbart', 't5'];
const textOf = (name: string) =>
  readFileSync(`${process.env.RESIDUAL_ROOT}/fixtures/checkpoints/${name}/config.json`, 'utf8');

const compose = (text: string) => {
  const config = JSON.parse(text) as Config;
  return describe(familyOf(config, families).compose(config).model as never);
};

/** The target: a parsed config. Invalid JSON is left to the tests of the loader. */
export const config: BombTarget = {
  inputs: function* () {
    for (const name of names)
      for (const { name: what, make } of bombsOf(JSON.parse(textOf(name)), {
        numbers: ['2147483648', '1e999'],
        types: ['"x"'],
        count: 1000,
      }))
        yield { name: `${name}: ${what}`, make };
  },
  read: text => {
    try {
      JSON.parse(text);
    } catch {
      return undefined;
    }
    return compose(text);
  },
  seeds: () => names.map(textOf),
};
