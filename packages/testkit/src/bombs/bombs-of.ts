/** A hostile input and the description of its change: `encoder_layers = 2147483648`. */
export interface Bomb<Input = string> {
  readonly name: string;
  readonly make: () => Input;
}

/** Settings of `bombsOf`. */
export interface BombOptions {
  /**
   * The replacements of each number, as JSON; 2³¹, 2⁵³, a number that overflows to Infinity, a negative number and a
   * fraction if absent.
   */
  readonly numbers?: readonly string[];
  /**
   * The replacements of every value, as JSON, one for each wrong type; null, a boolean, a number, a text, and empty and
   * odd lists and records if absent.
   */
  readonly types?: readonly string[];
  /** The length of lists and the depth of nesting; 100,000 if absent, less if the text would exceed 8 MB. */
  readonly count?: number;
}

/** The maximal length of a bomb's text in characters. */
const maxTextLength = 2 ** 23;

/** Of longer lists and records only the first two members and the last are visited. */
const maxVisitedMembers = 40;

const defaults: Required<BombOptions> = {
  numbers: [String(2 ** 31), String(2 ** 53), '1e999', '-1', '0.5'],
  types: ['null', 'true', '5', '"x"', '[]', '{}', '[null]', '{"x":null}'],
  count: 100_000,
};

type Path = readonly (string | number)[];

/**
 * Hostile variants of a valid JSON document as texts, created on demand: huge numbers, values of wrong types, long
 * lists and records, deep nesting, and records within themselves.
 */
export function* bombsOf(document: unknown, options: BombOptions = {}): Generator<Bomb> {
  const { numbers, types, count } = { ...defaults, ...options };
  const repeated = (length: number) => Math.min(count, Math.floor(maxTextLength / (length + 1)));
  for (const [path, value] of valuesIn(document)) {
    const name = nameOf(path);
    const own = JSON.stringify(value);
    const bomb = (what: string, text: () => string): Bomb => ({
      name: `${name} ${what}`,
      make: () => {
        const [before, after] = around(document, path);
        return before + text() + after;
      },
    });
    if (typeof value === 'number') for (const number of numbers) yield bomb(`= ${number}`, () => number);
    for (const type of types) if (type !== own) yield bomb(`= ${type}`, () => type);
    const deep = repeated(2);
    yield bomb(`inside ${deep} lists`, () => '['.repeat(deep) + own + ']'.repeat(deep));
    const nestings = repeated(6);
    yield bomb(`inside ${nestings} records`, () => '{"a":'.repeat(nestings) + own + '}'.repeat(nestings));
    if (Array.isArray(value)) {
      const members = value.length > 0 ? value.map(member => JSON.stringify(member)) : ['0'];
      const times = Math.ceil(repeated(members.join().length / members.length) / members.length);
      yield bomb(`of ${times * members.length} members`, () => `[${Array(times).fill(members.join()).join()}]`);
    } else if (typeof value === 'object' && value !== null) {
      const member = JSON.stringify([...Object.values(value), 0][0]);
      const times = repeated(member.length + 12);
      const more = () => Array.from({ length: times }, (_, i) => `"more${i}":${member}`).join();
      yield bomb(`with ${times} more members`, () => (own === '{}' ? `{${more()}}` : `${own.slice(0, -1)},${more()}}`));
      for (const [key, inner] of Object.entries(value)) {
        if (typeof inner !== 'object' || inner === null) continue;
        const [before, after] = around(value, [key]);
        const [open, close] = Array.isArray(inner) ? [`${before}[`, `]${after}`] : [before, after];
        const times = repeated(open.length + close.length);
        yield bomb(`within itself ${times} times by ${key}`, () => open.repeat(times) + own + close.repeat(times));
      }
    }
  }
}

/** Every value of a document with its path, the document first. */
function* valuesIn(value: unknown, path: Path = []): Generator<[Path, unknown]> {
  yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  const members: [string | number, unknown][] = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const visited = members.length > maxVisitedMembers ? [...members.slice(0, 2), members.at(-1)!] : members;
  for (const [key, member] of visited) yield* valuesIn(member, [...path, key]);
}

/** The JSON of a document before and after the value at `path`. */
function around(document: unknown, path: Path): [string, string] {
  const placeholder = '\u0001here\u0001';
  const put = (value: unknown, [step, ...rest]: Path): unknown => {
    if (step === undefined) return placeholder;
    const copy = Array.isArray(value) ? [...value] : { ...(value as object) };
    (copy as Record<string | number, unknown>)[step] = put((copy as Record<string | number, unknown>)[step], rest);
    return copy;
  };
  return JSON.stringify(put(document, path)).split(JSON.stringify(placeholder)) as [string, string];
}

function nameOf(path: Path): string {
  const steps = path.map(step => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('');
  return steps === '' ? 'the document' : steps.replace(/^\./, '');
}
