import { compileGrammar, constraint, type GrammarOptions } from '@residual/grammar';
import type { GenerateOptions, Model } from '@residual/model';
import { tokenBytes } from '@residual/tokenizer/token-bytes';
import { type Line, lineOf } from '../comparison/line.js';
import { largeVocabularyModel } from './large-model.js';

const person = {
  type: 'object',
  properties: {
    name: { type: 'string', maxLength: 40 },
    age: { type: 'integer', minimum: 0, maximum: 120 },
    tags: { type: 'array', items: { enum: ['red', 'green', 'blue'] } },
  },
  required: ['name', 'age', 'tags'],
  additionalProperties: false,
};

/** What texts obey; all of them go on for longer than they are measured. */
const obeyed: Readonly<Record<string, GrammarOptions>> = {
  'a schema': { schema: { type: 'array', items: person, minItems: 100 } },
  'an expression': { regex: '(?:[A-Z][a-z]+(?: [a-z]+){3,9}\\. ){100}' },
  'a grammar': { grammar: 'root ::= (sum "\\n"){100}\nsum ::= term (" + " term)*\nterm ::= [0-9]{1,4} | "(" sum ")"' },
};

const choices: Readonly<Record<string, GenerateOptions>> = {
  greedy: { temperature: 0 },
  sampled: { temperature: 0.8, topP: 0.95, seed: 5 },
};

const [newTokens, unmeasured, rounds] = [40, 8, 2];

/** The time of a token that obeys beside one that need not, with a vocabulary of 151,000 tokens in 8 bits. */
export async function* grammarOnWasm(): AsyncGenerator<Line[]> {
  await import('@residual/backend-wasm');
  using model = await largeVocabularyModel();
  for (const [what, options] of Object.entries(obeyed)) {
    yield masksOf(model, what, options);
    const lines: Line[] = [];
    for (const [choice, settings] of Object.entries(choices)) {
      const [ours, peers]: [number[], number[]] = [[], []];
      await stepsOf(model, { ...settings, ...options }); // masks are made
      for (let round = 0; round < rounds; round++) {
        ours.push(...(await stepsOf(model, { ...settings, ...options })));
        peers.push(...(await stepsOf(model, settings)));
      }
      const title = `${what}, ${choice}: ms a token`;
      lines.push(lineOf({ what: title, ours, peer: 'without', peers, goal: 1.2, notes: ['obeying'] }));
    }
    yield lines;
  }
}

/** Milliseconds of the processor for each token of a text, but for the first ones. */
async function stepsOf(model: Model, options: GenerateOptions): Promise<number[]> {
  const times: number[] = [];
  const run = model.generate('Write:', { ...options, eosTokenId: [], maxNewTokens: newTokens })[Symbol.asyncIterator]();
  for (let start = now(); !(await run.next()).done; start = now()) times.push(now() - start);
  return times.slice(unmeasured);
}

/** How long masks take when they are made and when they are kept, in microseconds, and what they hold. */
function masksOf(model: Model, what: string, options: GrammarOptions): Line[] {
  const tokens = tokenBytes(model.tokenizer!);
  const [made, kept]: [number[], number[]] = [[], []];
  const before = process.memoryUsage().arrayBuffers;
  const limited = constraint(compileGrammar(options), { tokens });
  const text: number[] = [];
  const timed = () => {
    const start = performance.now();
    const mask = limited.mask({ tokens: text, promptLength: 0 });
    return { mask, time: 1000 * (performance.now() - start) };
  };
  let bytes = 0;
  for (let step = 0; step < newTokens; step++) {
    const { mask, time } = timed();
    made.push(time);
    kept.push(timed().time);
    bytes = Math.max(bytes, process.memoryUsage().arrayBuffers - before);
    text.push(lastOf(mask, step));
  }
  const title = `${what}: microseconds of a mask that is made, also the first, ${Math.round(bytes / 2 ** 20)} MB`;
  return [lineOf({ what: title, ours: made, peer: 'again, kept', peers: kept, notes: ['masks'] })];
}

/** One of the last tokens of a mask, which are long: another one at each step. */
function lastOf(mask: Uint32Array, step: number): number {
  const ids: number[] = [];
  for (let id = mask.length * 32 - 1; id >= 0 && ids.length < 20; id--)
    if ((mask[id >> 5]! >>> (id & 31)) & 1) ids.push(id);
  return ids[(7 * step) % ids.length]!;
}

/** The time of the processor of this process, in milliseconds. */
function now(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
