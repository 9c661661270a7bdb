/** The parts of the library's runtime values that are used here. The package does not export their types. */
export interface Value {
  readonly type: string;
  value: unknown;
}

/** Lists that a template wrote as tuples; the library's own tuples cannot be unpacked or written as JSON. */
export const tuples: WeakSet<object> = /* @__PURE__ */ new WeakSet();

/** The white space that Python's `strip` removes. */
const isPythonSpace = (character: string) => {
  const code = character.charCodeAt(0);
  return (code >= 0x1c && code <= 0x1f) || /\p{White_Space}/u.test(character);
};

/** The ends of a text from which Python's `strip`, `lstrip` and `rstrip` remove characters. */
export type StripEnds = 'both' | 'left' | 'right';

/** A text without `characters`, by default white space, at its ends, as Python strips them. */
export function strip(text: string, ends: StripEnds, characters?: string): string {
  const isStripped = (character: string) =>
    characters === undefined ? isPythonSpace(character) : characters.includes(character);
  let [from, to] = [0, text.length];
  while (ends !== 'right' && from < to) {
    const first = String.fromCodePoint(text.codePointAt(from)!);
    if (!isStripped(first)) break;
    from += first.length;
  }
  while (ends !== 'left' && to > from) {
    const last = /[\ud800-\udbff][\udc00-\udfff]$/.exec(text.slice(Math.max(from, to - 2), to))?.[0] ?? text[to - 1]!;
    if (!isStripped(last)) break;
    to -= last.length;
  }
  return text.slice(from, to);
}

/** A value as Python's `str` writes it: nothing for an undefined one, as Jinja does. */
export function pythonText(value: Value): string {
  if (value.type === 'StringValue') return value.value as string;
  return value.type === 'UndefinedValue' ? '' : pythonRepr(value);
}

/** A value as Python's `repr` writes it. */
function pythonRepr(value: Value): string {
  const { type, value: content } = value;
  if (type === 'NullValue') return 'None';
  if (type === 'UndefinedValue') return 'Undefined';
  if (type === 'BooleanValue') return content ? 'True' : 'False';
  if (typeof content === 'string') return quoted(content);
  if (type === 'FloatValue') return floatText(content as number);
  if (Array.isArray(content)) {
    const members = content.map(pythonRepr);
    if (!tuples.has(value)) return `[${members.join(', ')}]`;
    return `(${members.join(', ')}${members.length === 1 ? ',' : ''})`;
  }
  if (content instanceof Map) {
    const entries = [...(content as Map<string, Value>)];
    return `{${entries.map(([name, member]) => `${quoted(name)}: ${pythonRepr(member)}`).join(', ')}}`;
  }
  return String(content);
}

/** A float as Python writes it: with a fraction, and with two digits of an exponent at least. */
function floatText(value: number): string {
  const text = String(Object.is(value, -0) ? '-0' : value);
  const exponent = /^(.*e[+-])(\d)$/.exec(text);
  if (exponent) return `${exponent[1]}0${exponent[2]}`;
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** A text in quotes as Python writes it: in single ones unless there are such and no double ones. */
function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text.replace(/[\\\p{Cc}\p{Cs}\u2028\u2029]|['"]/gu, character => {
    if (character === "'" || character === '"') return character === quote ? `\\${character}` : character;
    const named = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' }[character];
    if (named !== undefined) return named;
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return quote + escaped + quote;
}

const numeric = ({ type }: Value) => type === 'IntegerValue' || type === 'FloatValue' || type === 'BooleanValue';

/** Whether two values are equal in Python: numbers and booleans by value, lists and records by their members. */
export function pythonEqual(left: Value, right: Value): boolean {
  if (numeric(left) && numeric(right)) return Number(left.value) === Number(right.value);
  if (Array.isArray(left.value) && Array.isArray(right.value)) {
    const [members, others] = [left.value as Value[], right.value as Value[]];
    return members.length === others.length && members.every((member, i) => pythonEqual(member, others[i]!));
  }
  if (left.value instanceof Map && right.value instanceof Map) {
    const [members, others] = [left.value as Map<string, Value>, right.value as Map<string, Value>];
    if (members.size !== others.size) return false;
    return [...members].every(([name, member]) => {
      const other = others.get(name);
      return other !== undefined && pythonEqual(member, other);
    });
  }
  return left.type === right.type && left.value === right.value;
}

const months =
  /* @__PURE__ */ 'January February March April May June July August September October November December'.split(' ');
const days = /* @__PURE__ */ 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** A date in local time as Python's `strftime` writes it in the C locale. Codes that are not known stay. */
export function strftime(date: Date, format: string): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const [year, month, day] = [date.getFullYear(), date.getMonth(), date.getDate()];
  const [hour, minute, second] = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const half = hour % 12 === 0 ? 12 : hour % 12;
  const dayOfYear = Math.round((Date.UTC(year, month, day) - Date.UTC(year, 0, 0)) / 86_400_000);
  const codes: Readonly<Record<string, () => string>> = {
    Y: () => String(year),
    y: () => two(year % 100),
    m: () => two(month + 1),
    d: () => two(day),
    e: () => String(day).padStart(2, ' '),
    B: () => months[month]!,
    b: () => months[month]!.slice(0, 3),
    h: () => months[month]!.slice(0, 3),
    A: () => days[date.getDay()]!,
    a: () => days[date.getDay()]!.slice(0, 3),
    w: () => String(date.getDay()),
    j: () => String(dayOfYear).padStart(3, '0'),
    H: () => two(hour),
    I: () => two(half),
    p: () => (hour < 12 ? 'AM' : 'PM'),
    M: () => two(minute),
    S: () => two(second),
    F: () => `${year}-${two(month + 1)}-${two(day)}`,
    T: () => `${two(hour)}:${two(minute)}:${two(second)}`,
    R: () => `${two(hour)}:${two(minute)}`,
    D: () => `${two(month + 1)}/${two(day)}/${two(year % 100)}`,
    '-d': () => String(day),
    '-m': () => String(month + 1),
    '-H': () => String(hour),
    '-I': () => String(half),
    '-M': () => String(minute),
    '-S': () => String(second),
    '-j': () => String(dayOfYear),
    '%': () => '%',
  };
  return format.replace(/%(-?[a-zA-Z]|%)/g, (whole, code: string) => codes[code]?.() ?? whole);
}
