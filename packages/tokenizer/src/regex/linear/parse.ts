/** A regular expression as a tree. A `set` is the source of a pattern for one character. */
export type Node =
  | { readonly kind: 'set'; readonly pattern: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly body: Node; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'ahead'; readonly body: Node; readonly isNot: boolean }
  | Behind
  | { readonly kind: 'capture'; readonly group: number; readonly body: Node }
  | Nonlinear;

/**
 * Nodes that take more than linear time, or may: back references, atomic groups, and lookbehinds of more than one
 * character.
 */
export type Nonlinear =
  | { readonly kind: 'reference'; readonly group: number }
  | { readonly kind: 'atomic'; readonly body: Node }
  | { readonly kind: 'lookbehind'; readonly body: Node; readonly isNot: boolean };

/** A lookbehind of one character: the character before is in one of the sets, or with `orStart` there is none. */
export interface Behind {
  readonly kind: 'behind';
  readonly sets: readonly string[];
  readonly orStart: boolean;
  readonly isNot: boolean;
}

/** Thrown if an expression is not supported or too large. */
export class Unsupported extends Error {}

const any = '[\\s\\S]';
/** The maximum nesting of groups. */
const maxDepth = 250;

/** A parsed regular expression. */
export interface ParsedRegex {
  readonly node: Node;
  /** Whether it matches in linear time: it contains nothing {@link Nonlinear}. */
  readonly isLinear: boolean;
  /** Whether it may contain back references. */
  readonly hasBackReferences: boolean;
}

/**
 * Parses a JavaScript regular expression with the flag u or v, as {@link translateRegex} writes it. Undefined if its
 * groups are nested too deeply.
 */
export function parseRegex({ source, flags }: RegExp): ParsedRegex | undefined {
  try {
    const parser = new Parser(source, flags.includes('v'));
    const node = parser.choice();
    return { node, isLinear: parser.isLinear, hasBackReferences: parser.hasBackReferences };
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

class Parser {
  isLinear = true;
  readonly hasBackReferences: boolean;
  #at = 0;
  #groups = 0;
  #depth = 0;

  constructor(
    readonly source: string,
    readonly nestsClasses: boolean,
  ) {
    this.hasBackReferences = /\\[1-9]/.test(source.replaceAll(/\)\)\\\d+\(\?:\)/g, ''));
  }

  choice(): Node {
    const options = [this.#sequence()];
    while (this.#take('|')) options.push(this.#sequence());
    return options.length === 1 ? options[0]! : { kind: 'choice', options };
  }

  #sequence(): Node {
    const parts: Node[] = [];
    while (this.#at < this.source.length && !/[|)]/.test(this.source[this.#at]!)) {
      parts.push(this.#possessive() ?? this.#repeated(this.#atom()));
    }
    return parts.length === 1 ? parts[0]! : { kind: 'sequence', parts };
  }

  /** `(?=(X))\1(?:)`, an atomic group. */
  #possessive(): Node | undefined {
    if (!this.#take('(?=(')) return undefined;
    const start = this.#at;
    const group = ++this.#groups;
    const body = this.choice();
    if (this.#take(`))\\${group}(?:)`)) return possessiveRepeat(body) ?? this.#nonlinear({ kind: 'atomic', body });
    this.#at = start - '(?=('.length;
    this.#groups = group - 1;
    return undefined;
  }

  #repeated(body: Node): Node {
    const counts = this.#match(/^(?:([*+?])|\{(\d+)(,?)(\d*)\})/);
    if (!counts) return body;
    const [, sign, least, comma, most] = counts;
    const lazy = this.#take('?');
    const min = sign ? (sign === '+' ? 1 : 0) : Number(least);
    const bounded = sign ? (sign === '?' ? 1 : undefined) : most ? Number(most) : comma ? undefined : min;
    return { kind: 'repeat', body, min, max: bounded ?? Number.POSITIVE_INFINITY, lazy };
  }

  #atom(): Node {
    const look = this.#match(/^\(\?(<?)([=!])/);
    if (look) {
      const body = this.#close();
      const isNot = look[2] === '!';
      if (!look[1]) return { kind: 'ahead', body, isNot };
      return behind(body, isNot) ?? this.#nonlinear({ kind: 'lookbehind', body, isNot });
    }
    if (this.#take('(?:')) return this.#close();
    if (this.#match(/^\((?:\?<[^>]*>)?/)) return this.#capture();
    if (this.#match(/^\\[bB]/)) throw new Unsupported();
    if (this.#take('^')) return { kind: 'behind', sets: [], orStart: true, isNot: false };
    if (this.#take('$')) return { kind: 'ahead', body: { kind: 'set', pattern: any }, isNot: true };
    const reference = this.#match(/^\\([1-9]\d*)/);
    if (reference) return this.#nonlinear({ kind: 'reference', group: Number(reference[1]) });
    const pattern = this.source[this.#at] === '[' ? this.#class() : this.#match(/^(?:\\[pPu]\{[^}]*\}|\\?.)/su)![0];
    return { kind: 'set', pattern };
  }

  /** A group. If there are no back references, it is its body. */
  #capture(): Node {
    const group = ++this.#groups;
    const body = this.#close();
    return this.hasBackReferences ? { kind: 'capture', group, body } : body;
  }

  #close(): Node {
    if (++this.#depth > maxDepth) throw new Unsupported();
    const body = this.choice();
    this.#take(')');
    this.#depth--;
    return body;
  }

  #nonlinear(node: Nonlinear): Node {
    this.isLinear = false;
    return node;
  }

  #class(): string {
    const start = this.#at;
    let depth = 0;
    do {
      const char = this.source[this.#at++];
      if (char === '\\') this.#at++;
      else if (char === ']') depth--;
      else if (char === '[' && (depth === 0 || this.nestsClasses)) depth++;
    } while (depth > 0);
    return this.source.slice(start, this.#at);
  }

  #take(text: string): boolean {
    const matches = this.source.startsWith(text, this.#at);
    if (matches) this.#at += text.length;
    return matches;
  }

  #match(regex: RegExp): RegExpExecArray | null {
    const match = regex.exec(this.source.slice(this.#at));
    if (match) this.#at += match[0].length;
    return match;
  }
}

/** A lookbehind of one character; undefined for a longer one. */
function behind(body: Node, isNot: boolean): Behind | undefined {
  const options = body.kind === 'choice' ? body.options : [body];
  const isStart = (node: Node) => node.kind === 'behind' && node.orStart && node.sets.length === 0;
  if (!options.every(node => node.kind === 'set' || isStart(node))) return undefined;
  const sets = options.flatMap(node => (node.kind === 'set' ? [node.pattern] : []));
  return { kind: 'behind', sets, orStart: options.some(isStart), isNot };
}

/** The maximum number of alternatives that are written out. */
const maxChoices = 200;

/**
 * A possessive repetition of a set: after it, another member of the set may only follow if the maximum is reached.
 * Undefined if it is no repetition of a set, or has too many alternatives.
 */
function possessiveRepeat(node: Node): Node | undefined {
  if (node.kind !== 'repeat' || node.body.kind !== 'set' || node.lazy) return undefined;
  const { body, min, max } = node;
  const noMore: Node = { kind: 'ahead', body, isNot: true };
  if (max === Number.POSITIVE_INFINITY) return { kind: 'sequence', parts: [node, noMore] };
  if (max - min > maxChoices) return undefined;
  let more: Node = { kind: 'sequence', parts: [] };
  for (let count = min; count < max; count++) {
    more = { kind: 'choice', options: [{ kind: 'sequence', parts: [body, more] }, noMore] };
  }
  return { kind: 'sequence', parts: [{ kind: 'repeat', body, min, max: min, lazy: false }, more] };
}
