import type { Dialect } from './dialect.js';
import type { PatternReader } from './pattern-reader.js';

const word = '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}';
const graph = '\\p{L}\\p{M}\\p{N}\\p{P}\\p{S}\\p{Cf}\\p{Co}';
/** Outside of classes, Oniguruma's \w also includes the numbers of Latin-1 that are not digits. */
const latinNumbers = '\\u{b2}\\u{b3}\\u{b9}\\u{bc}-\\u{be}';

/** `\w` and `\W` outside of classes, and the word characters of `\b` and `\B`. */
export const bareWord = { w: `[${word}${latinNumbers}]`, W: `[^${word}${latinNumbers}]` } as const;

const sets: { readonly [letter: string]: string } = {
  s: '\\p{White_Space}',
  S: '\\P{White_Space}',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: `[${word}]`,
  W: `[^${word}]`,
  h: '[0-9A-Fa-f]',
  H: '[^0-9A-Fa-f]',
};

const controls: { readonly [letter: string]: string } = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
  a: '\x07',
  e: '\x1b',
};

/** The members of named classes, `[:name:]` and `\p{name}`. */
const namedClasses: { readonly [name: string]: string } = {
  alnum: '\\p{Alphabetic}\\p{Nd}',
  alpha: '\\p{Alphabetic}',
  ascii: '\\0-\\x7f',
  blank: '\\t\\p{Zs}',
  cntrl: '\\p{Cc}',
  digit: '\\p{Nd}',
  graph,
  lower: '\\p{Lowercase}',
  print: `${graph}\\p{Zs}`,
  punct: '\\p{P}\\p{S}',
  space: '\\p{White_Space}',
  upper: '\\p{Uppercase}',
  word,
  xdigit: '0-9A-Fa-f',
};

/** The meaning of an escape: a set of characters, or one character. */
export type Escape = { readonly set: string } | { readonly char: string };

/** Reads an escape after its backslash. */
export function readEscape(source: PatternReader, { shortProperties }: Dialect): Escape {
  const property = source.match(/^([pP])\{(\^?)([^}]*)\}/);
  if (property) return { set: propertySet(source, property[1] === 'P', property[2] === '^', property[3]!) };
  const short = source.match(shortProperties ? /^([pP])([LMNPSZC])/ : /^[pP]/);
  if (short) return short[2] ? { set: `\\${short[1]}{${short[2]}}` } : { char: short[0] };
  const hex = source.match(/^x\{([0-9A-Fa-f]{1,8})\}|^x([0-9A-Fa-f]{1,2})|^u([0-9A-Fa-f]{4})/);
  if (hex) return { char: codePoint(source, Number.parseInt((hex[1] ?? hex[2] ?? hex[3])!, 16)) };
  const octal = source.match(/^([0-7]{1,3})|^o\{([0-7]{1,7})\}/);
  if (octal) return { char: codePoint(source, Number.parseInt((octal[1] ?? octal[2])!, 8)) };
  const control = source.match(/^(?:c|C-)([ -~])/)?.[1];
  if (control) return { char: control === '?' ? '\x7f' : String.fromCharCode(control.charCodeAt(0) & 31) };
  const letter = source.next();
  if (Object.hasOwn(sets, letter)) return { set: sets[letter]! };
  if (Object.hasOwn(controls, letter)) return { char: controls[letter]! };
  if (/[A-Za-z]/.test(letter)) source.fail(`\\${letter} cannot be translated`);
  return { char: letter };
}

function propertySet(source: PatternReader, isUpper: boolean, isNot: boolean, name: string): string {
  const negates = isUpper !== isNot;
  const letter = negates ? 'P' : 'p';
  const plain = name.replaceAll(/[\s_-]/g, '').toLowerCase();
  if (plain === 'punct') return `\\${letter}{P}`; // without the symbols that [:punct:] has
  if (Object.hasOwn(namedClasses, plain)) return namedSet(plain, negates);
  for (const candidate of [name, `Script=${name}`, canonicalName(name), `Script=${canonicalName(name)}`]) {
    const pattern = `\\${letter}{${candidate}}`;
    if (isValid(pattern)) return pattern;
  }
  return source.fail(`the property "${name}" is unknown`);
}

/** A named class. One that is a single property is written as that property. */
function namedSet(name: string, negates: boolean): string {
  const members = namedClasses[name]!;
  const single = /^\\p(\{\w+\})$/.exec(members)?.[1];
  if (single) return `\\${negates ? 'P' : 'p'}${single}`;
  return `[${negates ? '^' : ''}${members}]`;
}

/** Converts `han` and `white space` to `Han` and `White_Space`. */
const canonicalName = (name: string) =>
  name
    .trim()
    .split(/[\s_-]+/)
    .map(part => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    .join('_');

function isValid(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').unicode;
  } catch {
    return false;
  }
}

const codePoint = (source: PatternReader, code: number) =>
  code <= 0x10ffff ? String.fromCodePoint(code) : source.fail(`there is no character U+${code.toString(16)}`);

/** Reads `[:name:]` after its opening bracket, inside a class. Undefined if there is no such name. */
export function readPosix(source: PatternReader): string | undefined {
  const match = source.match(/^:(\^?)([a-z]+):\]/);
  if (!match) return undefined;
  const [, not, name] = match;
  if (!Object.hasOwn(namedClasses, name!)) source.fail(`the class [:${name}:] is unknown`);
  return namedSet(name!, not === '^');
}
