import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Automaton, dead, start } from './automaton.js';
import { type Constraint, constraint } from './constraint.js';
import { compileGrammar } from './grammar.js';
import { jsonTokens } from './testing/bytes.js';
import { randomText } from './testing/random-text.js';
import { thrownMessage } from './testing/thrown.js';

const tokens = jsonTokens();
const eosTokenId = tokens.length - 1;
const encode = (...texts: string[]) => texts.map(text => new TextEncoder().encode(text));
const has = (mask: Uint32Array, id: number) => ((mask[id >> 5]! >>> (id & 31)) & 1) === 1;
const idsOf = (obeyed: Constraint, ...ids: number[]) => {
  const mask = obeyed.mask({ tokens: ids, promptLength: 0 });
  return [...Array(mask.length * 32).keys()].filter(id => has(mask, id));
};

const schema = {
  type: 'array',
  items: { anyOf: [{ type: 'string', minLength: 2, maxLength: 40 }, { $ref: '#' }, { type: 'integer' }] },
  maxItems: 30,
};
const grammars = [
  { schema },
  { schema: { ...schema, minItems: 12 }, whitespace: 'compact' as const },
  { regex: '(?:a|foo|é|🙂|b{3,7}){2,5}x' },
  { grammar: 'root ::= "{" ("x" | root)* "}" | [^{}]{1,3}' },
];

test('a mask allows exactly the tokens with which a text can go on', () => {
  for (const each of grammars) {
    const grammar = compileGrammar(each);
    const obeyed = constraint(grammar, { tokens, eosTokenIds: [eosTokenId] });
    const { tokens: written } = randomText(obeyed, tokens.length, eosTokenId, 3, { patience: 60 });
    const automaton = new Automaton(grammar.root, new Uint8Array(256).fill(1));
    const read = (state: number, id: number) => automaton.read(state, tokens[id]!);
    for (let length = 0; length < Math.min(written.length, 60); length += 11) {
      const before = written.slice(0, length);
      const state = before.reduce(read, start);
      const mask = obeyed.mask({ tokens: before, promptLength: 0 });
      // Each token by itself, without the trie and without shared counts.
      const expected = [...tokens.keys()].filter(id => id !== eosTokenId && read(state, id) !== dead);
      expect([...tokens.keys()].filter(id => id !== eosTokenId && has(mask, id))).toEqual(expected);
    }
  }
});

test('whole texts of random tokens are accepted, and not with a byte more', () => {
  for (const each of grammars) {
    const grammar = compileGrammar(each);
    const obeyed = constraint(grammar, { tokens, eosTokenIds: [eosTokenId] });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), seed => {
        const { text, isEnded } = randomText(obeyed, tokens.length, eosTokenId, seed);
        if (!isEnded) return;
        expect(grammar.accepts(text)).toBe(true);
        expect(grammar.accepts(`${text}{`)).toBe(false);
      }),
      { numRuns: 4 },
    );
  }
});

test('the same constraint serves many sequences, also those that take back tokens', () => {
  const obeyed = constraint(compileGrammar({ regex: 'ab|cd|ae' }), { tokens: encode('a', 'b', 'c', 'd', 'e') });
  const sequence = { tokens: [0], promptLength: 0 };
  expect(idsOf(obeyed, 0)).toEqual([1, 4]);
  expect([...obeyed.mask(sequence)]).toEqual([0b10010]);
  sequence.tokens[0] = 2;
  expect([...obeyed.mask(sequence)]).toEqual([0b01000]);
  expect(idsOf(obeyed)).toEqual([0, 2]);
});

test('an end token is allowed exactly where the text is complete, and never as text', () => {
  const all = encode('a', 'b', 'ab');
  const obeyed = constraint(compileGrammar({ regex: '(?:ab)*' }), { tokens: all, eosTokenIds: [2, 40] });
  expect(idsOf(obeyed)).toEqual([0, 2, 40]);
  expect(idsOf(obeyed, 0)).toEqual([1]);
  expect(obeyed.isOver({ tokens: [], promptLength: 0 })).toBe(false);
  expect(obeyed.isComplete({ tokens: [0], promptLength: 0 })).toBe(false);
});

test('the first token of a text has bytes of its own', () => {
  const options = { tokens: encode(' a', 'b'), startTokens: encode('a', 'b') };
  const obeyed = constraint(compileGrammar({ regex: 'a(?: a)*' }), options);
  expect(idsOf(obeyed)).toEqual([0]);
  expect(obeyed.isComplete({ tokens: [0, 0], promptLength: 0 })).toBe(true);
  const stream = obeyed.stream({ tokens: [], promptLength: 0 });
  expect(stream.push(0) + stream.push(0) + stream.flush()).toBe('a a');
  expect(obeyed.isComplete({ tokens: [1, 0], promptLength: 1 })).toBe(false); // after text: " a"
});

test('what the tokens cannot write is said at the start, or at the step that has no token', () => {
  const make = (regex: string, ...texts: string[]) =>
    constraint(compileGrammar({ regex }), { tokens: encode(...texts) });
  expect(thrownMessage(() => make('x+y', 'x', 'xx'))).toBe(
    'grammar: this tokenizer cannot write any text that obeys: no token holds y',
  );
  expect(thrownMessage(() => make('ab', 'a', 'bc').mask({ tokens: [0], promptLength: 0 }))).toBe(
    'grammar: no token of this tokenizer goes on after "a"',
  );
  expect(idsOf(make('(?:xy|a)*', 'x', 'a'))).toEqual([1]); // "x" would be a dead end
});

test('states and masks that take more than the cache are made again', () => {
  const grammar = compileGrammar({ schema });
  const [small, large] = [1 << 12, 1 << 26].map(cacheBytes =>
    constraint(grammar, { tokens, eosTokenIds: [eosTokenId], cacheBytes }),
  );
  const text = (obeyed: Constraint) => randomText(obeyed, tokens.length, eosTokenId, 11, { maxTokens: 40 }).text;
  expect(text(small!)).toBe(text(large!));
});
