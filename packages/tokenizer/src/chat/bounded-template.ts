import { Environment, Interpreter, Template } from '@huggingface/jinja';

/** The longest template, in characters; published ones have a few ten thousand. */
const longestTemplate = 2 ** 20;
/** The longest text, list (with all that is inside) and range that a template may make. */
const largest = 2 ** 22;
const longestList = 2 ** 20;
const longestRange = 2 ** 16;
/** Steps of a template, and for each message or tool more. */
const steps = { ahead: 2 ** 18, each: 2 ** 12 };

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
    if (text.length > longestTemplate) throw new Error(`it has ${text.length} characters; ${longestTemplate} are read`);
    this.program = new Template(text).parsed;
  }

  /** The text for these variables, of which `count` are messages or tools. */
  render(variables: Readonly<Record<string, unknown>>, count: number): string {
    const environment = new LibraryEnvironment();
    for (const [name, value] of Object.entries({ ...globals(), ...variables })) environment.set(name, value);
    const interpreter = new BoundedInterpreter(environment, steps.ahead + steps.each * count);
    return String(interpreter.run(this.program).value);
  }
}

/** What the library gives every template; it does not export the function that sets it. */
function globals(): Record<string, unknown> {
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
    strftime_now: (format: string) => new Template('{{ strftime_now(format) }}').render({ format }),
  };
}

function range(start: number, stop?: number, step = 1): number[] {
  const [from, to] = stop === undefined ? [0, start] : [start, stop];
  const length = Math.max(Math.ceil((to - from) / step), 0);
  if (!(length <= longestRange)) throw new Error(`range() of ${length} numbers; ${longestRange} are made`);
  return Array.from({ length }, (_, i) => from + i * step);
}

/** Counts what it evaluates, turns of loops among it, and refuses values that grow beyond measure. */
class BoundedInterpreter extends LibraryInterpreter {
  private left: number;
  private readonly most: number;
  private readonly iterables = new WeakSet<object>();
  private readonly weights = new WeakMap<object, number>();

  constructor(environment: Scope, most: number) {
    super(environment);
    this.left = most;
    this.most = most;
  }

  override evaluate(statement: Statement | undefined, environment: Scope): Value {
    this.spend(1);
    const { type, iterable } = (statement ?? {}) as Statement;
    if (type === 'For' && iterable) this.iterables.add(iterable.lhs ?? iterable);
    const value = super.evaluate(statement, environment);
    const content: unknown = value.value;
    if (typeof content === 'string' && content.length > largest)
      throw new Error(`a text of ${content.length} characters; ${largest} are made`);
    if (type === 'ArrayLiteral' || type === 'TupleLiteral' || type === 'ObjectLiteral' || type === 'BinaryExpression') {
      const weight = this.weightOf(value);
      if (weight > longestList) throw new Error(`a list of ${weight} values; ${longestList} are made`);
    }
    if (statement && this.iterables.has(statement)) this.spend(sizeOf(content));
    return value;
  }

  private spend(count: number): void {
    this.left -= count;
    if (this.left < 0) throw new Error(`more than ${this.most} steps`);
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

function sizeOf(content: unknown): number {
  return Array.isArray(content) ? content.length : content instanceof Map ? content.size : 0;
}
