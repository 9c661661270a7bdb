import { parseArgs } from 'node:util';
import '@residual/testkit/cpu';
import { readFixtureText } from '@residual/testkit/read-fixture';
import { randomSchema } from '@residual/testkit/schemas';
import fc from 'fast-check';
import { answer, randomModel, tokenizers } from './answers.js';
import { Tally } from './tally.js';

const help = `pnpm schemas [--count 10000] [--seed 1] [--kind NAME]

Lets models of random weights answer JSON Schemas: those of the JSON Schema Test Suite, then random ones. ajv judges
each answer. Prints a table, why schemas were refused, and each answer that is not valid.

  --count  how many schemas, the suite's included
  --seed   which random schemas: the same seed makes the same ones
  --kind   only one kind of tokenizer: ${Object.keys(tokenizers).join(' or ')}`;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10000' },
    seed: { type: 'string', default: '1' },
    kind: { type: 'string' },
    help: { type: 'boolean' },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}
const whole = (name: 'count' | 'seed') => {
  const value = Number(values[name]);
  if (Number.isInteger(value) && value > 0) return value;
  console.error(`schemas: --${name} must be a whole number above 0, it is ${values[name]}`);
  process.exit(1);
};
const [count, seed] = [whole('count'), whole('seed')];
const kinds = (Object.keys(tokenizers) as (keyof typeof tokenizers)[]).filter(kind => kind === (values.kind ?? kind));
if (kinds.length === 0) {
  console.error(`schemas: no kind ${values.kind}; there are ${Object.keys(tokenizers).join(' and ')}`);
  process.exit(1);
}

const suite = JSON.parse(readFixtureText('json-schema/draft2020-12.json')) as Record<string, { schema: unknown }[]>;
const schemas = Object.values(suite)
  .flatMap(groups => groups.map(({ schema }) => schema))
  .slice(0, count);
schemas.push(...fc.sample(randomSchema, { seed, numRuns: count - schemas.length }));

const tally = new Tally();
const models = await Promise.all(kinds.map(kind => randomModel(kind)));
for (const [index, schema] of schemas.entries()) {
  const turn = index % kinds.length;
  tally.add(kinds[turn]!, schema, await answer(models[turn]!, schema, seed + index));
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${index + 1} of ${schemas.length}`);
}
for (const model of models) model.dispose();
if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
console.log(tally.toString());
process.exitCode = tally.hasWrong ? 1 : 0;
