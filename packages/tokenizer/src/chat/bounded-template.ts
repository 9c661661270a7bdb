import { Environment, Interpreter, Template } from '@huggingface/jinja';

/** The longest template, in characters; published ones have a few ten thousand. */
const maxTemplateLength = 2 ** 20;
/** The longest text, list (with all that is inside) and range that a template may make. */
const maxTextLength = 2 ** 22;
const maxListSize = 2 ** 20;
const maxRangeLength = 2 ** 16;
/** Steps of a template, and for each message or tool and each character of a conversation more. */
const stepBudget = { ahead: 2 ** 18, each: 2 ** 12, character: 1 / 8 };
/** Work on so many characters counts as a step. */
const charactersPerStep = 128;
/** The library looks for a tag in time that is quadratic in the length of each run of blanks: the most that these lengths, squared, may sum up to. */
const maxSquaredBlanks = 2 ** 26;

/** What is used of the library's runtime, whose types its package does not lead to. */
interface Value {
  readonly type: string;
  readonly value: unknown;
}
interface Statement {
  readonly type: string;
  /** Of a loop. */
  readonly iterable?: Statement;
  /** Of a loop over what passes a test. */
  readonly lhs?: Statement;
  /** Of operators; the text of what names are, too. */
  readonly operator?: { readonly value: string };
  readonly value?: unknown;
  readonly left?: Statement;
  readonly right?: Statement;
  readonly operand?: Statement;
  readonly object?: Statement;
  readonly property?: Statement;
  readonly filter?: Statement;
  readonly test?: Statement;
  readonly callee?: Statement;
  readonly args?: readonly Statement[];
  /** What is written one after another. */
  readonly body?: readonly Statement[];
  readonly alternate?: readonly Statement[];
  readonly defaultBlock?: readonly Statement[];
}
interface Scope {
  set(name: string, value: unknown): unknown;
}
interface Evaluator {
  run(program: object): Value;
  evaluate(statement: Statement | undefined, scope: Scope): Value;
}
const LibraryInterpreter = Interpreter as new (scope: Scope) => Evaluator;
const LibraryEnvironment = Environment as new () => Scope;

/** A template of Jinja that ends: files are not trusted to loop a little or to write little. Errors where it cannot be read, or goes beyond. */
export class BoundedTemplate {
  private readonly program: object;

  constructor(text: string) {
    if (text.length > maxTemplateLength)
      throw new Error(`it has ${text.length} characters; ${maxTemplateLength} are read`);
    let blanks = 0;
    for (const [run] of text.matchAll(/\s+/g)) blanks += run.length ** 2;
    if (blanks > maxSquaredBlanks) throw new Error('it has runs of blanks that are too long');
    this.program = new Template(text).parsed;
  }

  /** The text for these variables, of which `count` are messages or tools, with `characters` in the messages. */
  render(variables: Readonly<Record<string, unknown>>, count: number, characters: number): string {
    const environment = new LibraryEnvironment();
    const maxSteps = stepBudget.ahead + stepBudget.each * count + Math.ceil(stepBudget.character * characters);
    const interpreter = new BoundedInterpreter(environment, maxSteps);
    const own = globals(cost => interpreter.spend(cost));
    for (const [name, value] of Object.entries({ ...own, ...variables })) environment.set(name, value);
    return String(interpreter.run(this.program).value);
  }
}

/** What the library gives every template; it does not export the function that sets it. */
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
      spend(256); // it makes formatters
      return new Template('{{ strftime_now(format) }}').render({ format });
    },
  };
}

function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const length = Math.max(Math.ceil((to - from) / step), 0);
  if (!(length <= maxRangeLength)) throw new Error(`range() of ${length} numbers; ${maxRangeLength} are made`);
  return Array.from({ length }, (_, i) => from + i * step);
}

/** Filters that look at one member or none, and those that copy a list or record but not what is inside. */
const freeFilters = /* @__PURE__ */ new Set(['length', 'first', 'last', 'safe', 'default']);
const copyingFilters = /* @__PURE__ */ new Set(['list', 'items', 'reverse']);

type Cost = (value: Value) => number;

/**
 * Counts what it evaluates, and the work of filters, functions and operators by the size of what they are given, before they begin; refuses values that grow
 * beyond measure, and sums of a text and what is none, as Python does.
 */
class BoundedInterpreter extends LibraryInterpreter {
  private stepsLeft: number;
  private readonly maxSteps: number;
  private readonly prepared = new WeakSet<object>();
  /** What is spent when the value of a statement is there, by what is done with it next. */
  private readonly costs = new WeakMap<object, Cost>();
  private readonly weights = new WeakMap<object, number>();
  private readonly sizes = new WeakMap<object, number>();
  /** What has been added so far in the sum whose parts come next. */
  private addends: string[] | undefined;
  /** The text or list that a function belongs to, and that of the function that is being looked up, by where it stands. */
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
    if (outer) checkAddends(outer, value.type);
    const content: unknown = value.value;
    if (typeof content === 'string' && content.length > maxTextLength)
      throw new Error(`a text of ${content.length} characters; ${maxTextLength} are made`);
    if (type === 'ArrayLiteral' || type === 'TupleLiteral' || type === 'ObjectLiteral' || type === 'BinaryExpression') {
      const weight = this.weightOf(value);
      if (weight > maxListSize) throw new Error(`a list of ${weight} values; ${maxListSize} are made`);
    }
    if (type === 'MemberExpression' && value.type === 'FunctionValue')
      this.owners.set(value, this.owners.get(statement!)!);
    if (type === 'CallExpression' || type === 'FilterExpression') this.spend(copyCost(value));
    const cost = statement && this.costs.get(statement);
    if (cost) this.spend(cost(value));
    return value;
  }

  spend(count: number): void {
    this.stepsLeft -= count;
    if (this.stepsLeft < 0) throw new Error(`more than ${this.maxSteps} steps`);
  }

  /** Notes what the values of the parts of a statement will cost. */
  private prepare(statement: Statement): void {
    if (this.prepared.has(statement)) return;
    this.prepared.add(statement);
    const { type, iterable, left, right, operand, object, property, filter, test, callee, args } = statement;
    const add = (part: Statement | undefined, cost: Cost) => {
      if (typeof part !== 'object') return;
      const known = this.costs.get(part);
      this.costs.set(part, known ? value => known(value) + cost(value) : cost);
    };
    const whole: Cost = value => this.sizeOf(value);
    for (const written of [statement.body, statement.alternate, statement.defaultBlock])
      if (Array.isArray(written))
        for (const each of written) add(each, value => (typeof value.value === 'string' ? 0 : whole(value) - 1));
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

  /** Texts that functions look for become expressions, which takes longer than reading them. */
  private prepareArguments(
    args: readonly Statement[] | undefined,
    add: (part: Statement | undefined, cost: Cost) => void,
  ): void {
    for (const each of args ?? []) add(each, value => (typeof value.value === 'string' ? value.value.length / 32 : 0));
  }

  /** Steps that it takes to go through all of a value. */
  private sizeOf(value: Value): number {
    const content: unknown = value.value;
    if (value.type === 'NamespaceValue' || (!Array.isArray(content) && !(content instanceof Map)))
      return 1 + iterationCost(value);
    const known = this.sizes.get(content as object);
    if (known !== undefined) return known;
    let size = 1;
    for (const member of (content as Map<string, unknown>).values()) size += this.sizeOf(member as Value);
    this.sizes.set(content as object, size);
    return size;
  }

  /** How many values a list or record holds, those inside it counted as often as they stand there. None of them changes later. */
  private weightOf(value: Value): number {
    if (value.type === 'NamespaceValue') throw new Error('a namespace inside a list');
    const content: unknown = value.value;
    if (!Array.isArray(content) && !(content instanceof Map)) return 1;
    const known = this.weights.get(content);
    if (known !== undefined) return known;
    let weight = 1;
    for (const member of content.values()) weight += this.weightOf(member as Value);
    this.weights.set(content, weight);
    return weight;
  }
}

/** Steps that it takes to copy a text, or the members of a list or record. */
const copyCost = (value: Value) => (typeof value.value === 'string' ? iterationCost(value) : iterationCost(value) / 4);

/** Steps that it takes to go through a text, or the members of a list or record but not what is inside them. */
function iterationCost({ value }: Value): number {
  if (typeof value === 'string') return Math.floor(value.length / charactersPerStep);
  return Array.isArray(value) ? value.length : value instanceof Map ? value.size : 0;
}

/** Names of values that a text may not be added to; the library refuses those that are none or undefined by itself. */
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
  if (other) throw new Error(`+ joins a text to texts alone, not to ${other}`);
}
