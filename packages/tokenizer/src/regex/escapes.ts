import type { Source } from './source.js';

/** The classes that have a letter of their own, as Oniguruma defines them over Unicode. */
export const classEscapes = {
  word: '[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]',
} as const;

const sets: { readonly [letter: string]: string } = {
  s: '\\p{White_Space}',
  S: '\\P{White_Space}',
  d: '\\p{Nd}',
  D: '\\P{Nd}',
  w: classEscapes.word,
  W: '[^\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}]',
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

const posix: { readonly [name: string]: string } = {
  alpha: 'Alphabetic',
  digit: 'Nd',
  space: 'White_Space',
  upper: 'Uppercase',
  lower: 'Lowercase',
  punct: 'P',
  cntrl: 'Cc',
};

/** What follows a backslash: a set of characters, or one character. */
export type Escape = { readonly set: string } | { readonly char: string };

/** Reads an escape after its backslash. */
export function readEscape(source: Source): Escape {
  const property = source.match(/^([pP])\{(\^?)([^}]*)\}/);
  if (property) return { set: propertySet(source, property[1] === 'P', property[2] === '^', property[3]!) };
  const short = source.match(/^([pP])([LMNPSZC])/);
  if (short) return { set: `\\${short[1]}{${short[2]}}` };
  const hex = source.match(/^x\{([0-9A-Fa-f]{1,8})\}|^x([0-9A-Fa-f]{1,2})|^u([0-9A-Fa-f]{4})/);
  if (hex) return { char: codePoint(source, Number.parseInt((hex[1] ?? hex[2] ?? hex[3])!, 16)) };
  const octal = source.match(/^0[0-7]{0,2}/);
  if (octal) return { char: String.fromCharCode(Number.parseInt(octal[0], 8)) };
  const letter = source.next();
  const set = sets[letter];
  if (set !== undefined) return { set };
  const control = controls[letter];
  if (control !== undefined) return { char: control };
  if (/[A-Za-z]/.test(letter)) source.fail(`\\${letter} cannot be translated`);
  return { char: letter };
}

function propertySet(source: Source, isUpper: boolean, isNot: boolean, name: string): string {
  const letter = isUpper !== isNot ? 'P' : 'p';
  const plain = name.replaceAll(/[\s_-]/g, '').toLowerCase();
  const known = posix[plain];
  for (const candidate of known ? [known] : [name, `Script=${name}`, longName(name)]) {
    const written = `\\${letter}{${candidate}}`;
    if (isValid(written)) return written;
  }
  return source.fail(`the property "${name}" is unknown`);
}

/** `han` and `white space` as `Han` and `White_Space`. */
const longName = (name: string) =>
  name
    .split(/[\s_-]+/)
    .map(part => part.charAt(0).toUpperCase() + part.slice(1).toLowerCase())
    .join('_');

function isValid(written: string): boolean {
  try {
    return new RegExp(written, 'u').unicode;
  } catch {
    return false;
  }
}

const codePoint = (source: Source, code: number) =>
  code <= 0x10ffff ? String.fromCodePoint(code) : source.fail(`there is no character U+${code.toString(16)}`);

/** Reads `[:name:]` after its opening bracket, inside a class; undefined if something else stands there. */
export function readPosix(source: Source): string | undefined {
  const match = source.match(/^:(\^?)([a-z]+):\]/);
  if (!match) return undefined;
  const name = match[2]!;
  if (name === 'alnum') return match[1] ? '[^\\p{Alphabetic}\\p{Nd}]' : '[\\p{Alphabetic}\\p{Nd}]';
  if (name === 'xdigit') return match[1] ? '[^0-9A-Fa-f]' : '[0-9A-Fa-f]';
  if (name === 'word') return match[1] ? sets.W! : sets.w!;
  if (posix[name] === undefined) source.fail(`the class [:${name}:] is unknown`);
  return `\\${match[1] ? 'P' : 'p'}{${posix[name]}}`;
}
