import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Automaton, dead, start } from './automaton.js';
import { compileGrammar } from './grammar.js';
import type { Node } from './node.js';

const every = new Uint8Array(256).fill(1);

/** Grammars of two rules that contain each other behind a bracket: most texts can be read in many ways. */
const grammar = fc
  .letrec<{ node: string }>(tie => ({
    node: fc.oneof(
      { maxDepth: 3, depthSize: 'medium' },
      fc.constantFrom('"a"', '"b"', '"ab"', '[ab]', '""', '"(" root ")"', '"(" other ")"', '"(" other "]"'),
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map(parts => `(${parts.join(' ')})`),
      fc.array(tie('node'), { minLength: 2, maxLength: 3 }).map(parts => `(${parts.join(' | ')})`),
      fc
        .tuple(tie('node'), fc.constantFrom('*', '+', '?', '{2}', '{1,3}', '{2,}', '{0,4}'))
        .map(([body, count]) => `(${body})${count}`),
    ),
  }))
  .node.chain(root => fc.tuple(fc.constant(root), fc.constantFrom('"a"', '"b" root?', '("a" | "ab")+ root?', 'root')))
  .map(([root, other]) => `root ::= ${root} | "a"\nother ::= ${other.startsWith('root') ? `"(" ${other}` : other}`);

/** Where texts of a node that begin at an index may end: by trying all ways, each node and index once. */
function ends(node: Node, text: Uint8Array, index: number, known: Map<Node, Set<number>[]>): Set<number> {
  const own = known.get(node) ?? [];
  known.set(node, own);
  if (own[index]) return own[index];
  const after = (indexes: Iterable<number>, part: Node) =>
    new Set([...indexes].flatMap(each => [...ends(part, text, each, known)]));
  const find = (): Set<number> => {
    switch (node.kind) {
      case 'rule':
        return ends(node.body!, text, index, known);
      case 'choice':
        return new Set(node.options.flatMap(option => [...ends(option, text, index, known)]));
      case 'sequence':
        return node.parts.reduce(after, new Set([index]));
      case 'repeat': {
        const found = new Set<number>();
        let reached = new Set([index]);
        for (let count = 0; count <= Math.min(node.max, node.min + text.length + 1); count++) {
          if (count >= node.min) for (const each of reached) found.add(each);
          reached = after(reached, node.body);
        }
        return found;
      }
      case 'terminal': {
        const found = new Set<number>();
        let state: number | undefined = 0;
        for (let i = index; state !== undefined; i++) {
          if (node.dfa.accepts[state]) found.add(i);
          state = node.dfa.edges[state]!.find(({ from, to }) => from <= text[i]! && text[i]! <= to)?.state;
        }
        return found;
      }
    }
  };
  own[index] = find();
  return own[index];
}

test('a text is accepted exactly if some way to read it ends with it', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '(', ')', ']'), maxLength: 9 });
  fc.assert(
    fc.property(grammar, fc.array(text, { minLength: 12, maxLength: 12 }), (source, texts) => {
      const compiled = compileGrammar({ grammar: source });
      for (const each of [...texts, 'aab', '(a)', '((ab)]a', '(b(a))']) {
        const bytes = new TextEncoder().encode(each);
        expect(compiled.accepts(each)).toBe(ends(compiled.root, bytes, 0, new Map()).has(bytes.length));
      }
    }),
    { numRuns: 400 },
  );
});

test('texts that can be read in many ways at each level take memory for each level, not for each way', () => {
  const levels = (count: number) => {
    const schema = { type: ['array', 'null'], items: { anyOf: [{ $ref: '#' }, true] }, contains: true };
    const automaton = new Automaton(compileGrammar({ schema }).root, every);
    const before = automaton.byteLength;
    expect(automaton.read(start, new TextEncoder().encode('['.repeat(count)))).not.toBe(dead);
    return (automaton.byteLength - before) / count;
  };
  expect(levels(300)).toBeLessThan(2 * levels(100));
});
