import { Environment, Interpreter } from '@huggingface/jinja';
import { pythonEqual, pythonText, strip, tuples, type Value } from './python-values.js';

/** A node of a parsed template. The package does not export its types. */
export interface Statement {
  readonly type: string;
  /** Of a loop. */
  readonly iterable?: Statement;
  /** Of a loop with a filter. */
  readonly lhs?: Statement;
  /** Of operators. For names this is the text. */
  readonly operator?: { readonly value: string };
  readonly value?: unknown;
  readonly left?: Statement;
  readonly right?: Statement;
  readonly operand?: Statement;
  readonly object?: Statement;
  readonly property?: Statement;
  /** Whether a member is named by an expression. */
  readonly computed?: boolean;
  readonly filter?: Statement;
  readonly test?: Statement;
  /** Of a test with `is not`. */
  readonly negate?: boolean;
  readonly callee?: Statement;
  readonly args?: readonly Statement[];
  /** The statements that are rendered one after another. */
  readonly body?: readonly Statement[];
  readonly alternate?: readonly Statement[];
  readonly defaultBlock?: readonly Statement[];
}

/** The variables of a template. */
export interface Scope {
  set(name: string, value: unknown): Value;
  setVariable(name: string, value: Value): Value;
  lookupVariable(name: string): Value;
  readonly tests: ReadonlyMap<string, (...values: readonly Value[]) => boolean>;
}

interface Evaluator {
  run(program: object): Value;
  evaluate(statement: Statement | undefined, scope: Scope): Value;
}
const LibraryInterpreter = Interpreter as unknown as new (scope: Scope) => Evaluator;
/** The variables of a template, or of a part of it within `parent`. */
export const TemplateScope = Environment as unknown as new (parent?: Scope) => Scope;

/** A value of JavaScript as the library holds it. */
const box = (value: unknown): Value => new TemplateScope().set('value', value);

function list(members: readonly Value[]): Value {
  const value = box([]);
  value.value = [...members];
  return value;
}

/** The longest text that is taken apart into characters. */
const maxCharacters = 2 ** 16;

/** The members over which Python iterates; undefined if there are none. */
function membersOf({ type, value }: Value): readonly Value[] | undefined {
  if (type === 'UndefinedValue') return [];
  if (Array.isArray(value)) return value;
  if (value instanceof Map && type !== 'NamespaceValue') return [...value.keys()].map(box);
  if (typeof value !== 'string') return undefined;
  if (value.length > maxCharacters)
    throw new Error(`the characters of a text of ${value.length}; ${maxCharacters} would fit`);
  return Array.from(value, box);
}

const isText = (value: Value) => value.type === 'StringValue';

/** Other names of filters. */
const aliases: Readonly<Record<string, string>> = { count: 'length', d: 'default', escape: 'e' };

/** Filters that turn any value into a text before they begin. */
const textFilters = /* @__PURE__ */ new Set(['string', 'trim', 'upper', 'lower', 'capitalize', 'title', 'replace']);

/** Filters that find no members in an undefined value. */
const listFilters = /* @__PURE__ */ new Set(['list', 'join', 'items', 'first', 'last', 'reverse', 'sort', 'unique']);

/** Filters of members, which find none in `none` either. */
const memberFilters = /* @__PURE__ */ new Set(['select', 'reject', 'selectattr', 'rejectattr', 'map']);

/** Tests that the library lacks or answers otherwise than Python. */
const tests: Readonly<Record<string, (value: Value) => boolean>> = {
  iterable: ({ type, value }) =>
    type === 'UndefinedValue' || isText({ type, value }) || Array.isArray(value) || type === 'ObjectValue',
  sequence: ({ type, value }) =>
    type === 'UndefinedValue' || isText({ type, value }) || Array.isArray(value) || type === 'ObjectValue',
  number: ({ type }) => type === 'IntegerValue' || type === 'FloatValue' || type === 'BooleanValue',
  float: ({ type }) => type === 'FloatValue',
};

const capitalize = (text: string) => {
  const [first = '', ...rest] = Array.from(text);
  return first.toUpperCase() + rest.join('').toLowerCase();
};

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};
const escapeMarkup = (text: string) => text.replace(/[&<>'"]/g, character => escapes[character]!);

function sumOf(values: readonly Value[]): number {
  return values.reduce((sum, { type, value }) => {
    if (type !== 'IntegerValue' && type !== 'FloatValue') throw new Error(`sum: ${type} is no number`);
    return sum + (value as number);
  }, 0);
}

/** Methods of texts that the library lacks or that ignore their arguments there. */
const textMethods: Readonly<Record<string, (text: string, args: readonly Value[]) => unknown>> = {
  strip: (text, [characters]) => strip(text, 'both', charactersOf(characters)),
  lstrip: (text, [characters]) => strip(text, 'left', charactersOf(characters)),
  rstrip: (text, [characters]) => strip(text, 'right', charactersOf(characters)),
  capitalize: text => capitalize(text),
  removeprefix: (text, [prefix]) => (text.startsWith(textOf(prefix)) ? text.slice(textOf(prefix).length) : text),
  removesuffix: (text, [suffix]) => {
    const end = textOf(suffix);
    return end !== '' && text.endsWith(end) ? text.slice(0, -end.length) : text;
  },
  splitlines: text => {
    const lines = text.split(/\r\n|[\n\r\v\f\x85\u2028\u2029]/);
    return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
  },
  rsplit: (text, [separator, limit]) => {
    const parts = text.split(textOf(separator));
    const rest = limit === undefined ? 0 : parts.length - 1 - Number(limit.value);
    return rest > 0 ? [parts.slice(0, rest + 1).join(textOf(separator)), ...parts.slice(rest + 1)] : parts;
  },
  find: (text, [part]) => text.indexOf(textOf(part)),
  count: (text, [part]) => text.split(textOf(part)).length - 1,
  join: (text, [members]) => {
    const parts = members && membersOf(members);
    if (!parts?.every(isText)) throw new Error('join() needs a list of texts');
    return parts.map(({ value }) => value).join(text);
  },
  isdigit: text => /^\p{Nd}+$/u.test(text),
  isalpha: text => /^\p{L}+$/u.test(text),
  isspace: text => text !== '' && strip(text, 'both') === '',
};

const charactersOf = (value: Value | undefined) =>
  value === undefined || value.type === 'NullValue' ? undefined : textOf(value);

function textOf(value: Value | undefined): string {
  if (value !== undefined && isText(value)) return value.value as string;
  throw new Error(`a method of a text needs another text, it was given ${value?.type ?? 'nothing'}`);
}

/** Statements whose result is printed as it is: they are no expressions. */
const plainStatements = /* @__PURE__ */ new Set([
  'Program',
  'If',
  'For',
  'Set',
  'Macro',
  'Comment',
  'Break',
  'Continue',
  'CallStatement',
  'FilterStatement',
]);

/**
 * The library's interpreter, with what templates of Python rely on and the library does otherwise: how values are
 * written and compared, texts that are stripped of given characters, filters of undefined values and of lists, tuples.
 */
export abstract class PythonInterpreter extends LibraryInterpreter {
  /** The statements that are printed, and those over whose values a loop goes. */
  private readonly printed = new WeakSet<object>();
  private readonly iterated = new WeakSet<object>();

  /** Counts the work on a value with all nested ones. */
  protected abstract visit(value: Value): void;

  override evaluate(statement: Statement | undefined, scope: Scope): Value {
    if (!statement) return super.evaluate(statement, scope);
    this.mark(statement);
    const value = this.evaluateOwn(statement, scope) ?? super.evaluate(statement, scope);
    if (this.iterated.has(statement) && !Array.isArray(value.value) && !(value.value instanceof Map)) {
      const members = membersOf(value);
      return members ? list(members) : value;
    }
    if (!this.printed.has(statement) || plainStatements.has(statement.type) || isText(value)) return value;
    return box(this.text(value));
  }

  /** A value as Python writes it, once the work has been counted. */
  private text(value: Value): string {
    if (!isText(value)) this.visit(value);
    return pythonText(value);
  }

  private mark(statement: Statement): void {
    for (const statements of [statement.body, statement.alternate, statement.defaultBlock])
      if (Array.isArray(statements)) for (const each of statements) this.printed.add(each);
    const iterable = statement.type === 'For' ? statement.iterable : undefined;
    if (iterable) this.iterated.add(iterable.type === 'SelectExpression' ? iterable.lhs! : iterable);
  }

  /** The value of a statement that the library evaluates otherwise than Python; undefined if it does not. */
  private evaluateOwn(statement: Statement, scope: Scope): Value | undefined {
    switch (statement.type) {
      case 'TupleLiteral': {
        const members = list((statement.value as readonly Statement[]).map(each => this.evaluate(each, scope)));
        tuples.add(members);
        return members;
      }
      case 'BinaryExpression':
        return this.binary(statement, scope);
      case 'TestExpression': {
        const test = tests[String(statement.test?.value)];
        return test && box(test(this.evaluate(statement.operand, scope)) !== (statement.negate ?? false));
      }
      case 'CallExpression':
        return this.call(statement, scope);
      case 'FilterExpression':
        return this.filter(statement, scope);
      default:
        return undefined;
    }
  }

  private binary(statement: Statement, scope: Scope): Value | undefined {
    const operator = statement.operator!.value;
    if (!['==', '!=', '~', 'in', 'not in'].includes(operator)) return undefined;
    const [left, right] = [this.evaluate(statement.left, scope), this.evaluate(statement.right, scope)];
    if (operator === '~') return box(this.text(left) + this.text(right));
    if (operator === '==' || operator === '!=') return box(this.equal(left, right) === (operator === '=='));
    return box(this.contains(right, left) === (operator === 'in'));
  }

  private equal(left: Value, right: Value): boolean {
    if (Array.isArray(left.value) || left.value instanceof Map) this.visit(left);
    return pythonEqual(left, right);
  }

  private contains({ type, value }: Value, member: Value): boolean {
    if (type === 'UndefinedValue') return false;
    if (Array.isArray(value)) return value.some(each => this.equal(each, member));
    if (typeof value === 'string' && isText(member)) return value.includes(member.value as string);
    if (value instanceof Map && isText(member)) return value.has(member.value as string);
    if (value instanceof Map) return false;
    throw new Error(`cannot look for ${member.type} in ${type}`);
  }

  /** A method of a text that is called by its name. */
  private call({ callee, args = [] }: Statement, scope: Scope): Value | undefined {
    if (callee?.type !== 'MemberExpression' || callee.computed) return undefined;
    const method = textMethods[String(callee.property?.value)];
    if (!method || args.some(({ type }) => type !== 'StringLiteral' && type.startsWith('Keyword'))) return undefined;
    const owner = this.evaluate(callee.object, scope);
    if (!isText(owner)) return undefined;
    this.visit(owner);
    const values = args.map(each => this.evaluate(each, scope));
    for (const each of values) this.visit(each);
    return box(method(owner.value as string, values));
  }

  private filter(statement: Statement, scope: Scope): Value | undefined {
    const { operand, filter } = statement;
    const isCall = filter?.type === 'CallExpression';
    const written = String((isCall ? filter.callee : filter)?.value);
    const name = Object.hasOwn(aliases, written) ? aliases[written]! : written;
    const value = this.evaluate(operand, scope);
    const args = (isCall && filter.args) || [];
    const apply = (to: Value) => {
      const filterOf = { type: 'Identifier', value: name };
      const renamed = isCall ? { ...filter, callee: filterOf } : filterOf;
      const inner = new TemplateScope(scope);
      inner.setVariable('filter operand', to);
      const from = { type: 'Identifier', value: 'filter operand' };
      return super.evaluate({ type: 'FilterExpression', operand: from, filter: renamed }, inner);
    };
    if (textFilters.has(name)) {
      const text = this.text(value);
      if (name === 'trim') return box(strip(text, 'both', charactersOf(args[0] && this.evaluate(args[0], scope))));
      if (name === 'capitalize') return box(capitalize(text));
      return apply(isText(value) ? value : box(text));
    }
    if (name === 'reverse' && isText(value))
      return box(
        Array.from(value.value as string)
          .reverse()
          .join(''),
      );
    if (name === 'e') return box(escapeMarkup(this.text(value)));
    if (name === 'sum' && Array.isArray(value.value) && args.length === 0) return box(sumOf(value.value as Value[]));
    if (name === 'tojson' && value.type === 'UndefinedValue') throw new Error('an undefined value has no JSON');
    if (memberFilters.has(name)) {
      const members = value.type === 'NullValue' ? [] : membersOf(value);
      if (members) return this.select(name, members, args, scope) ?? apply(list(members));
    }
    if (value.type === 'UndefinedValue' && name === 'length') return box(0);
    if (value.type === 'UndefinedValue' && (name === 'first' || name === 'last')) return value;
    if (name === 'join' && args.every(({ type }) => type === 'StringLiteral')) {
      const members = membersOf(value);
      if (members) return apply(list(members.map(each => (isText(each) ? each : box(this.text(each))))));
    }
    if (name === 'list' || (listFilters.has(name) && value.type === 'UndefinedValue')) {
      const members = membersOf(value);
      if (members) return name === 'list' ? list(members) : apply(list(members));
    }
    if ((name === 'first' || name === 'last') && Array.isArray(value.value) && value.value.length === 0)
      return scope.lookupVariable('undefined value');
    return apply(value);
  }

  /** The members that a test chooses, or what a filter makes of each; undefined where the library does the same. */
  private select(name: string, members: readonly Value[], args: readonly Statement[], scope: Scope): Value | undefined {
    if (name === 'map') {
      const [filter, ...rest] = args;
      if (filter?.type !== 'StringLiteral') return undefined; // by an attribute
      const each = { type: 'Identifier', value: filter.value };
      const applied = rest.length === 0 ? each : { type: 'CallExpression', callee: each, args: rest };
      return list(members.map(member => this.evaluate(filtered(applied), withMember(scope, member))));
    }
    const values = args.filter(({ type }) => !type.startsWith('Keyword')).map(each => this.evaluate(each, scope));
    const byAttribute = name.endsWith('attr');
    const [path, test, right] = byAttribute ? values : [undefined, ...values];
    const wanted = name.startsWith('select');
    return list(
      members.filter(member => {
        const of = path === undefined ? member : attributeOf(member, textOf(path), scope);
        return this.passes(of, test && textOf(test), right, scope) === wanted;
      }),
    );
  }

  private passes(value: Value, test: string | undefined, right: Value | undefined, scope: Scope): boolean {
    if (test === undefined) return (value as Value & { __bool__(): { value: boolean } }).__bool__().value;
    const other = right ?? scope.lookupVariable('undefined value');
    if (['equalto', 'eq', '=='].includes(test)) return this.equal(value, other);
    if (['ne', '!='].includes(test)) return !this.equal(value, other);
    if (test === 'in') return this.contains(other, value);
    const own = tests[test] ?? scope.tests.get(test);
    if (!own) throw new Error(`Unknown test: ${test}`);
    return own(value, other);
  }
}

const filtered = (filter: Statement): Statement => ({
  type: 'FilterExpression',
  operand: { type: 'Identifier', value: 'filter operand' },
  filter,
});

function withMember(scope: Scope, member: Value): Scope {
  const inner = new TemplateScope(scope);
  inner.setVariable('filter operand', member);
  return inner;
}

/** The attribute at a path with dots; undefined if there is none. */
function attributeOf(value: Value, path: string, scope: Scope): Value {
  let at: Value | undefined = value;
  for (const name of path.split('.')) {
    const content: unknown = at?.value;
    at = content instanceof Map ? (content as Map<string, Value>).get(name) : undefined;
  }
  return at ?? scope.lookupVariable('undefined value');
}
