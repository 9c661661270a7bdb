import { toBytes } from '../dfa/bytes.js';
import { allCodePoints, oneOf } from '../dfa/code-points.js';
import { difference, intersection, withLength } from '../dfa/combine.js';
import { acceptsSymbols, type Dfa, dfaOf, isEmpty } from '../dfa/dfa.js';

import { choice, literal, type Node, type Rule, repeat, rule, sequence, terminal } from '../node.js';
import type { Evaluator } from './evaluate.js';
import { atPath, type Conjunction, schemaError } from './located.js';
import { elementSchema, propertySchema } from './negate.js';
import { type Part, partsOfScalars, startingWith } from './unique.js';
import {
  type Arrays,
  anyCharacter,
  anyText,
  holds,
  isNone,
  type Objects,
  type Strings,
  stringsDfa,
  type Values,
} from './values.js';
import type { Spacing } from './whitespace.js';

/** The most different places in an array whose elements are counted one by one. */
const maxCounted = 2000;
/** The most pairs of a property, or a value, and how many stand before it. */
const mostStates = 20_000;
/** The most patterns of names that may speak of one object: each of their combinations is a kind of name. */
const maxPatterns = 8;

/** The most different values that come in any order: there are states for each set of them. */
const maxFree = 8;
/** The most properties that a schema needs and does not name. */
const maxUnnamed = 20;

/** Texts whose number of code points leaves a remainder. */
const lengthsOf = (remainder: number, divisor: number): Dfa => ({
  accepts: Array.from({ length: divisor }, (_, i) => i === remainder),
  edges: Array.from({ length: divisor }, (_, i) =>
    allCodePoints.map(([from, to]) => ({ from, to, state: (i + 1) % divisor })),
  ),
});

/** Makes the grammar of the JSON texts of values. */
export class Writer {
  private readonly rules = new Map<string, Rule>();
  /** The rules without a body yet. */
  private readonly open: { readonly own: Rule; readonly schemas: Conjunction; readonly path: string }[] = [];
  private readonly stringNodes = new Map<Dfa, Node>();

  constructor(
    private readonly evaluator: Evaluator,
    private readonly spacing: Spacing,
  ) {}

  /** The grammar of the texts of the values that all of some schemas allow. */
  root(schemas: Conjunction): Node {
    const root = this.value(schemas);
    for (let part = this.open.pop(); part; part = this.open.pop()) {
      const { own, schemas, path } = part;
      own.body = atPath(path, () => this.body(schemas, path));
    }
    return root;
  }

  /** The rule of the values that all of some schemas allow; its body is made later, so that schemas nest deeply. */
  private value(schemas: Conjunction): Node {
    const key = [...new Set(schemas.map(each => each.key))].sort().join(' & ');
    const known = this.rules.get(key);
    if (known) return known;
    const own = rule(key || 'any value');
    this.rules.set(key, own);
    this.open.push({ own, schemas, path: schemas[0]?.path ?? '#' });
    return own;
  }

  private body(schemas: Conjunction, path: string): Node {
    const values = this.evaluator.all(schemas);
    return choice(
      this.scalars(values),
      ...values.arrays.map(each => this.array(each)),
      ...values.objects.map(each => this.object(each, path)),
    );
  }

  /** The texts of values that are no arrays or objects. */
  private scalars({ hasNull, booleans, numbers, strings }: Values): Node {
    return choice(
      ...(hasNull ? [literal('null')] : []),
      ...booleans.map(value => literal(String(value))),
      ...(isEmpty(numbers) ? [] : [terminal(numbers)]),
      ...strings.map(each => this.string(each)),
    );
  }

  private string({ dfa, min, max }: Strings): Node {
    if (dfa !== anyText || (min === 0 && max === Infinity))
      return this.quoted(min === 0 && max === Infinity ? dfa : withLength(dfa, min, max));
    // Characters are counted by the grammar, so that a length may be any number.
    const character = terminal(toBytes(anyCharacter, { json: true }));
    return sequence(literal('"'), repeat(character, min, max), literal('"'));
  }

  /** The texts of an automaton, between quotes. */
  private quoted(dfa: Dfa): Node {
    let node = this.stringNodes.get(dfa);
    if (!node) {
      node = sequence(literal('"'), terminal(toBytes(dfa, { json: true })), literal('"'));
      this.stringNodes.set(dfa, node);
    }
    return node;
  }

  private array(arrays: Arrays): Node {
    const { open, close, before, comma } = this.spacing;
    const { sides, min, unique } = arrays;
    const isDone = (schemas: Conjunction) => isNone(this.evaluator.all(schemas));
    const prefixLength = Math.max(0, ...sides.map(({ prefix }) => prefix.length));
    const rest = elementSchema(sides, prefixLength);
    // Where no element may follow, no more than the first ones do.
    const max = isDone(rest) ? Math.min(arrays.max, prefixLength) : arrays.max;
    if (min > max) return choice();
    if (unique && max > 1 && prefixLength + arrays.contains.length > 0)
      throw schemaError(unique, 'cannot be obeyed exactly beside prefixItems and contains');
    const body =
      arrays.contains.length > 0
        ? this.counted({ ...arrays, max })
        : unique && max > 1
          ? this.different(rest, min, max, unique)
          : this.elements(sides, prefixLength, min, max);
    const separated = (node: Node) => sequence(comma, node);
    return sequence(
      open('['),
      body(node => sequence(before, node), separated),
      close(']'),
    );
  }

  /** The elements of an array in a row; `first` and `later` put what is before an element. */
  private elements(sides: Arrays['sides'], prefixLength: number, min: number, max: number): Body {
    const rest = this.value(elementSchema(sides, prefixLength));
    return (first, later) => {
      /** The elements after the first ones, of which there are `index`. */
      const others = (index: number): Node => {
        if (index >= max) return sequence();
        const [least, most] = [Math.max(0, min - index), max - index];
        if (index > 0) return repeat(later(rest), least, most);
        const some = sequence(first(rest), repeat(later(rest), Math.max(0, least - 1), most - 1));
        return least === 0 ? choice(sequence(), some) : some;
      };
      let node = others(Math.min(prefixLength, max));
      for (let index = Math.min(prefixLength, max) - 1; index >= 0; index--) {
        const separate = index === 0 ? first : later;
        const element = sequence(separate(this.value(elementSchema(sides, index))), node);
        node = index >= min ? choice(sequence(), element) : element;
      }
      return node;
    };
  }

  /**
   * Elements that all differ: each of another part of the values, in the order of the parts; in any order where they
   * are few single values.
   */
  private different(schemas: Conjunction, min: number, max: number, path: string): Body {
    const parts = partsOfScalars(this.evaluator.all(schemas));
    if (!parts) throw schemaError(path, 'cannot be obeyed exactly for arrays and objects, unless maxItems is 0 or 1');
    const nodes = parts.map(part => this.part(part));
    const isFree = nodes.length <= maxFree && parts.every(({ kind }) => kind === 'one');
    const most = Math.min(max === Infinity ? Math.max(min, 1) : max, nodes.length + 1);
    const needed = (nodes.length + 1) * (most + 1);
    if (needed > mostStates) throw schemaError(path, `makes ${needed} states; ${mostStates} would fit`);
    return (first, later) => {
      const [firsts, laters] = [nodes.map(first), nodes.map(later)];
      const known = new Map<string, Node>();
      /** What follows `count` elements; `left` are the parts that may come, by their bits or from an index on. */
      const from = (left: number, count: number): Node => {
        const key = `${left} ${count}`;
        let node = known.get(key);
        if (!node) {
          node = isFree ? any(left, count) : ascending(left, count);
          known.set(key, node);
        }
        return node;
      };
      const element = (index: number, count: number, left: number) =>
        sequence((count === 0 ? firsts : laters)[index]!, from(left, Math.min(count + 1, most)));
      const any = (left: number, count: number): Node => {
        const options = count >= min ? [sequence()] : [];
        for (const index of nodes.keys())
          if (count < max && ((left >> index) & 1) === 1) options.push(element(index, count, left & ~(1 << index)));
        return choice(...options);
      };
      const ascending = (index: number, count: number): Node => {
        if (index === nodes.length) return count >= min ? sequence() : choice();
        return count < max ? choice(from(index + 1, count), element(index, count, index + 1)) : from(index + 1, count);
      };
      return isFree ? from(2 ** nodes.length - 1, 0) : from(0, 0);
    };
  }

  private part(part: Part): Node {
    if (part.kind === 'numbers') return terminal(part.numbers);
    if (part.kind === 'one') return this.scalars(part.values);
    const first = terminal(toBytes(oneOf(part.first), { json: true }));
    const beginning = startingWith(part.first);
    const options = part.strings.map(({ dfa, min, max }) => {
      if (dfa !== anyText) return this.string({ dfa: intersection(dfa, beginning), min, max });
      const others = repeat(terminal(toBytes(anyCharacter, { json: true })), Math.max(0, min - 1), max - 1);
      return max > 0 ? sequence(literal('"'), first, others, literal('"')) : choice();
    });
    return choice(...options);
  }

  /** The elements of an array of which some number obeys a schema. */
  private counted({ sides, min, max, contains }: Arrays): Body {
    const [only, other] = contains;
    const path = only!.schema[0]!.path;
    if (other) throw schemaError(other.schema[0]!.path, 'cannot be obeyed together with another contains');
    const prefixLength = Math.max(0, ...sides.map(({ prefix }) => prefix.length));
    const bound = Math.max(prefixLength, min, max === Infinity ? 0 : max);
    const enough = only!.max === Infinity ? only!.min : only!.max;
    if ((bound + 1) * (enough + 1) > maxCounted) throw schemaError(path, `counts more than ${maxCounted} places`);
    const others: Conjunction =
      only!.max === Infinity
        ? []
        : only!.schema.map(each => ({ ...each, schema: { not: each.schema }, key: `not ${each.key}` }));
    return (first, later) => {
      const rules = new Map<string, Rule>();
      // After `index` elements, of which `found` obey; both stop counting where more makes no difference.
      const from = (index: number, found: number): Node => {
        const key = `${index} ${found}`;
        const known = rules.get(key);
        if (known) return known;
        const own = rule(`elements ${key} of ${path}`);
        rules.set(key, own);
        const separate = index === 0 ? first : later;
        const schemas = elementSchema(sides, index);
        // An index that no longer counts is at least 1, so that a comma precedes.
        const next = max === Infinity ? Math.min(index + 1, Math.max(bound, 1)) : index + 1;
        const element = (more: Conjunction, nextFound: number) =>
          sequence(separate(this.value([...schemas, ...more])), from(next, nextFound));
        const options: Node[] = index >= min && found >= only!.min ? [sequence()] : [];
        if (index < max) {
          options.push(element(others, found));
          if (found < enough) options.push(element(only!.schema, found + 1));
        }
        own.body = choice(...options);
        return own;
      };
      return from(0, 0);
    };
  }

  private object(objects: Objects, path: string): Node {
    const { open, close, before, comma, colon } = this.spacing;
    const { sides, required, min, max } = objects;
    const allowedNames = this.evaluator.all(objects.names).strings;
    const isAllowed = (name: string) => allowedNames.some(strings => holds(strings, name));
    const names = [...new Set([...sides.flatMap(({ properties }) => [...properties.keys()]), ...required])];
    const member = (name: string): Node =>
      isAllowed(name)
        ? sequence(literal(JSON.stringify(name)), colon, this.value(propertySchema(sides, name)))
        : choice();
    const members = names.map(member);
    const allowed = objects.names.length > 0 ? stringsDfa(allowedNames) : anyText;
    const others = this.otherMembers(sides, names, allowed);
    // How many properties are written, as far as it matters.
    const most = Math.min(max === Infinity ? Math.max(min, 1) : max, names.length + 1);
    const needed = (names.length + 1) * (most + 1);
    if (most > 1 && needed > mostStates) {
      const bounds = max === Infinity ? `at least ${min}` : `${min} to ${max}`;
      throw schemaError(
        path,
        `has ${names.length} properties, of which ${bounds} are written: ${needed} states; ${mostStates} would fit`,
      );
    }
    const nodes = new Map<string, Node>();
    const from = (index: number, count: number): Node => {
      const key = `${index} ${count}`;
      let node = nodes.get(key);
      if (!node) {
        node = index === names.length ? tail(count) : step(index, count);
        nodes.set(key, node);
      }
      return node;
    };
    const step = (index: number, count: number): Node => {
      const name = names[index]!;
      const skipped = () => from(index + 1, count);
      if (count >= max) return required.includes(name) ? choice() : skipped();
      const written = sequence(
        count === 0 ? before : comma,
        members[index]!,
        from(index + 1, Math.min(count + 1, most)),
      );
      return required.includes(name) ? written : choice(skipped(), written);
    };
    /**
     * Properties without a name in the schema. Equal ones count once, so those that make up the least number have names
     * of different lengths: each another remainder.
     */
    const tail = (count: number): Node => {
      const missing = Math.max(0, min - count);
      const left = max === Infinity ? Infinity : max - count;
      if (missing > left) return choice();
      if (missing > maxUnnamed)
        throw schemaError(path, `needs ${missing} properties that it does not name; ${maxUnnamed} would fit`);
      if (missing > 1) {
        const needed = Array.from({ length: missing }, (_, i) =>
          this.otherMembers(sides, names, intersection(allowed, lengthsOf(i, missing))),
        );
        const parts = needed.map((node, i) => sequence(count + i === 0 ? before : comma, node));
        return sequence(...parts, repeat(sequence(comma, others), 0, left - missing));
      }
      if (count > 0) return repeat(sequence(comma, others), missing, left);
      if (left === 0) return missing === 0 ? sequence() : choice();
      const some = sequence(before, others, repeat(sequence(comma, others), 0, left - 1));
      return missing === 0 ? choice(sequence(), some) : some;
    };
    for (let index = names.length; index >= 0; index--)
      for (let count = 0; count <= Math.min(index, most); count++) from(index, count);
    return sequence(open('{'), from(0, 0), close('}'));
  }

  /** Properties whose names the schema does not hold, by the patterns that match them. */
  private otherMembers(sides: Objects['sides'], names: readonly string[], allowed: Dfa): Node {
    const { colon } = this.spacing;
    const patterns = [...new Set(sides.flatMap(side => side.patterns.map(({ dfa }) => dfa)))];
    if (patterns.length > maxPatterns) {
      const path = sides.flatMap(side => side.patterns)[0]!.schema[0]!.path;
      throw schemaError(path, `and others are more than ${maxPatterns} patterns for one object`);
    }
    const written = names.filter(name =>
      acceptsSymbols(
        allowed,
        Array.from(name, char => char.codePointAt(0)!),
      ),
    );
    const free =
      written.length > 0
        ? difference(allowed, dfaOf(written.map(name => Array.from(name, char => char.codePointAt(0)!))))
        : allowed;
    const kinds: Node[] = [];
    const divide = (index: number, dfa: Dfa, matching: ReadonlySet<Dfa>): void => {
      if (isEmpty(dfa)) return;
      const pattern = patterns[index];
      if (pattern) {
        divide(index + 1, difference(dfa, pattern), matching);
        divide(index + 1, intersection(dfa, pattern), new Set([...matching, pattern]));
        return;
      }
      const schemas = sides.flatMap(side => {
        const own = side.patterns.filter(each => matching.has(each.dfa));
        return own.length > 0 ? own.flatMap(({ schema }) => schema) : side.additional;
      });
      if (schemas.some(({ schema }) => schema === false)) return;
      kinds.push(sequence(this.quoted(dfa), colon, this.value(schemas)));
    };
    divide(0, free, new Set());
    return choice(...kinds);
  }
}

/** The elements of an array, given what puts a node first and what puts one later. */
type Body = (first: (node: Node) => Node, later: (node: Node) => Node) => Node;
