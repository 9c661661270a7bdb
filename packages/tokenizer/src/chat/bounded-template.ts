import { Template } from '@huggingface/jinja';
import { PythonInterpreter, type Scope, type Statement, TemplateScope } from './python-interpreter.js';
import { strftime, tuples, type Value } from './python-values.js';

/** The longest template in characters. Published templates have tens of thousands. */
const maxTemplateLength = 2 ** 20;
/** The longest text, list (including nested members) and range that a template may make. */
const maxTextLength = 2 ** 22;
const maxListSize = 2 ** 20;
const maxRangeLength = 2 ** 16;
/** The step budget: a constant, and more for each message or tool and for each character of the conversation. */
const stepBudget = { ahead: 2 ** 18, each: 2 ** 12, character: 1 / 8 };
/** Work on this many characters counts as one step. */
const charactersPerStep = 128;
/**
 * The library searches for tags in quadratic time in the length of each run of blanks. This is the limit for the sum of
 * the squared lengths.
 */
const maxSquaredBlanks = 2 ** 26;

/**
 * A Jinja template that always terminates: templates come from untrusted files. It throws if the template cannot be
 * parsed, takes too many steps or makes values that are too large.
 */
export class BoundedTemplate {
  private readonly program: object;

  constructor(text: string) {
    if (text.length > maxTemplateLength)
      throw new Error(`it has ${text.length} characters; ${maxTemplateLength} would fit`);
    let blanks = 0;
    for (const [run] of text.matchAll(/\s+/g)) blanks += run.length ** 2;
    if (blanks > maxSquaredBlanks) throw new Error('it has runs of blanks that are too long');
    this.program = new Template(text).parsed;
  }

  /**
   * Renders the template. `count` is the number of messages and tools in the variables, `characters` the length of the
   * messages' texts.
   */
  render(variables: Readonly<Record<string, unknown>>, count: number, characters: number): string {
    const environment = new TemplateScope();
    const maxSteps = stepBudget.ahead + stepBudget.each * count + Math.ceil(stepBudget.character * characters);
    const interpreter = new BoundedInterpreter(environment, maxSteps);
    const own = globals(cost => interpreter.spend(cost));
    for (const [name, value] of Object.entries({ ...own, ...variables })) environment.set(name, value);
    return String(interpreter.run(this.program).value);
  }
}

/**
 * The global variables that the library gives every template. The library does not export the function that sets them.
 */
function globals(spend: (steps: number) => void): Record<string, unknown> {
  return {
    false: false,
    true: true,
    none: null,
    False: false,
    True: true,
    None: null,
    range,
    raise_exception: (text: string) => {
      throw new Error(text);
    },
    strftime_now: (format: string) => {
      spend(16 + format.length / charactersPerStep);
      return strftime(new Date(), format);
    },
  };
}

function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const length = Math.max(Math.ceil((to - from) / step), 0);
  if (!(length <= maxRangeLength)) throw new Error(`range() of ${length} numbers; ${maxRangeLength} would fit`);
  return Array.from({ length }, (_, i) => from + i * step);
}

/** Filters that look at one member or none, and filters that copy a list or record but not its members. */
const freeFilters = /* @__PURE__ */ new Set(['length', 'first', 'last', 'safe', 'default']);
const copyingFilters = /* @__PURE__ */ new Set(['list', 'items', 'reverse']);

type Cost = (value: Value) => number;

/**
 * Counts evaluation steps, and before each filter, function or operator the work that it will do by the size of its
 * inputs. Refuses values that grow too large, and sums of a text and another type, as Python does.
 */
class BoundedInterpreter extends PythonInterpreter {
  private stepsLeft: number;
  private readonly maxSteps: number;
  private readonly prepared = new WeakSet<object>();
  /** What to spend once the value of a statement is known, depending on how it is used. */
  private readonly costs = new WeakMap<object, Cost>();
  private readonly weights = new WeakMap<object, number>();
  private readonly sizes = new WeakMap<object, number>();
  /** The operands of the current sum so far. */
  private addends: string[] | undefined;
  /** The text or list that a method belongs to, and the owner of the method that is looked up, by statement. */
  private readonly owners = new WeakMap<object, Value>();

  constructor(environment: Scope, maxSteps: number) {
    super(environment);
    this.stepsLeft = maxSteps;
    this.maxSteps = maxSteps;
  }

  override evaluate(statement: Statement | undefined, environment: Scope): Value {
    this.spend(1);
    if (statement) this.prepare(statement);
    const { type, operator } = (statement ?? {}) as Statement;
    const outer = this.addends;
    this.addends = type === 'BinaryExpression' && operator?.value === '+' ? [] : undefined;
    const value = super.evaluate(statement, environment);
    this.addends = outer;
    if (outer) checkAddends(outer, tuples.has(value) ? 'TupleValue' : value.type);
    const content: unknown = value.value;
    if (typeof content === 'string' && content.length > maxTextLength)
      throw new Error(`a text of ${content.length} characters; ${maxTextLength} would fit`);
    if (type === 'ArrayLiteral' || type === 'TupleLiteral' || type === 'ObjectLiteral' || type === 'BinaryExpression') {
      const weight = this.weightOf(value);
      if (weight > maxListSize) throw new Error(`a list of ${weight} values; ${maxListSize} would fit`);
    }
    if (type === 'MemberExpression' && value.type === 'FunctionValue')
      this.owners.set(value, this.owners.get(statement!)!);
    if (type === 'CallExpression' || type === 'FilterExpression') this.spend(copyCost(value));
    const cost = statement && this.costs.get(statement);
    if (cost) this.spend(cost(value));
    return value;
  }

  protected override visit(value: Value): void {
    this.spend(this.sizeOf(value));
  }

  spend(count: number): void {
    this.stepsLeft -= count;
    if (this.stepsLeft < 0) throw new Error(`more than ${this.maxSteps} steps`);
  }

  /** Registers the costs of the values of a statement's parts. */
  private prepare(statement: Statement): void {
    if (this.prepared.has(statement)) return;
    this.prepared.add(statement);
    const { type, iterable, left, right, operand, object, property, filter, test, callee, args } = statement;
    const add = (part: Statement | undefined, cost: Cost) => {
      if (typeof part !== 'object') return;
      const cached = this.costs.get(part);
      this.costs.set(part, cached ? value => cached(value) + cost(value) : cost);
    };
    const whole: Cost = value => this.sizeOf(value);
    for (const statements of [statement.body, statement.alternate, statement.defaultBlock])
      if (Array.isArray(statements))
        for (const each of statements) add(each, value => (typeof value.value === 'string' ? 0 : whole(value) - 1));
    if (type === 'For') add(iterable?.lhs ?? iterable, iterationCost);
    else if (type === 'MemberExpression') {
      if (property?.type === 'SliceExpression')
        add(object, value => (typeof value.value === 'string' ? value.value.length / 16 : iterationCost(value) / 16));
      add(object, value => {
        this.owners.set(statement, value);
        return 0;
      });
    } else if (type === 'CallExpression') {
      add(callee, value => {
        const owner = this.owners.get(value);
        return owner ? iterationCost(owner) : 0;
      });
      this.prepareArguments(args, add);
    } else if (type === 'FilterExpression' || type === 'FilterStatement') {
      const name = String((filter?.callee ?? filter)?.value);
      if (copyingFilters.has(name)) add(operand, copyCost);
      else if (!freeFilters.has(name)) add(operand, name === 'sort' ? value => 16 * whole(value) : whole);
      this.prepareArguments(filter?.args, add);
    } else if (type === 'TestExpression') {
      if (test?.value === 'lower' || test?.value === 'upper') add(operand, iterationCost);
    } else if (type === 'BinaryExpression') {
      const operator = statement.operator!.value;
      if (operator === '+' || operator === '~') {
        const joined: Cost = value =>
          typeof value.value === 'string' ? 0 : operator === '+' ? iterationCost(value) / 16 : whole(value);
        for (const side of [left, right]) add(side, joined);
      } else if (operator !== 'and' && operator !== 'or')
        for (const side of [left, right]) add(side, value => (value.type === 'StringValue' ? iterationCost(value) : 0));
      if (operator === 'in' || operator === 'not in')
        add(right, value => (Array.isArray(value.value) ? iterationCost(value) : 0));
    }
  }

  /** Functions compile the texts that they search for to regular expressions, which costs more than reading them. */
  private prepareArguments(
    args: readonly Statement[] | undefined,
    add: (part: Statement | undefined, cost: Cost) => void,
  ): void {
    for (const each of args ?? []) add(each, value => (typeof value.value === 'string' ? value.value.length / 32 : 0));
  }

  /** Steps for a visit of a value with all nested values. */
  private sizeOf(value: Value): number {
    const content: unknown = value.value;
    if (value.type === 'NamespaceValue' || (!Array.isArray(content) && !(content instanceof Map)))
      return 1 + iterationCost(value);
    const cached = this.sizes.get(content as object);
    if (cached !== undefined) return cached;
    let size = 1;
    for (const member of (content as Map<string, unknown>).values()) size += this.sizeOf(member as Value);
    this.sizes.set(content as object, size);
    return size;
  }

  /** How many values a list or record holds. Nested values count as often as they occur. None of them changes later. */
  private weightOf(value: Value): number {
    if (value.type === 'NamespaceValue') throw new Error('a namespace inside a list');
    const content: unknown = value.value;
    if (!Array.isArray(content) && !(content instanceof Map)) return 1;
    const cached = this.weights.get(content);
    if (cached !== undefined) return cached;
    let weight = 1;
    for (const member of content.values()) weight += this.weightOf(member as Value);
    this.weights.set(content, weight);
    return weight;
  }
}

/** Steps for a copy of a text, or of the members of a list or record. */
const copyCost = (value: Value) => (typeof value.value === 'string' ? iterationCost(value) : iterationCost(value) / 4);

/** Steps for a visit of a text, or of the members of a list or record without nested values. */
function iterationCost({ value }: Value): number {
  if (typeof value === 'string') return Math.floor(value.length / charactersPerStep);
  return Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0;
}

/** Names of types that cannot be added to a text. The library itself refuses null and undefined. */
const nonTextTypes: Readonly<Record<string, string>> = {
  ArrayValue: 'a list',
  TupleValue: 'a tuple',
  ObjectValue: 'a record',
  IntegerValue: 'a number',
  FloatValue: 'a number',
  BooleanValue: 'a boolean',
};

function checkAddends(before: string[], type: string): void {
  const [left] = before;
  before.push(type);
  if (left === undefined || (left === 'StringValue') === (type === 'StringValue')) return;
  const other = nonTextTypes[left === 'StringValue' ? type : left];
  if (other) throw new Error(`+ joins a text only to texts, not to ${other}`);
}
