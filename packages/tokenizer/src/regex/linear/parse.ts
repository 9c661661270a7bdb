/** A regular expression as a tree. A `set` is what one character is matched with, as it is written. */
export type Node =
  | { readonly kind: 'set'; readonly written: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly options: readonly Node[] }
  | { readonly kind: 'repeat'; readonly body: Node; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'ahead'; readonly body: Node; readonly isNot: boolean }
  | Behind;

/** What must stand (or not) before a place: one of some sets, or with `orStart` nothing. */
export interface Behind {
  readonly kind: 'behind';
  readonly sets: readonly string[];
  readonly orStart: boolean;
  readonly isNot: boolean;
}

/** Thrown for what the linear matcher does not do. */
export class Unsupported extends Error {}

const any = '[\\s\\S]';
/** Groups may stand in so many groups. */
const deepest = 250;

/**
 * Reads a JavaScript regular expression with the flag u or v; undefined if it has something that does not match in linear time: back references (other than those
 * by which a set is repeated possessively) and lookbehinds of more than one character.
 */
export function parseRegex({ source, flags }: RegExp): Node | undefined {
  try {
    return new Parser(source, flags.includes('v')).choice();
  } catch (error) {
    if (error instanceof Unsupported) return undefined;
    throw error;
  }
}

class Parser {
  #at = 0;
  #groups = 0;
  #depth = 0;

  constructor(
    readonly source: string,
    readonly nestsClasses: boolean,
  ) {}

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

  /** `(?=(X))\1(?:)`, which gives nothing back: supported where X repeats a set. */
  #possessive(): Node | undefined {
    if (!this.#take('(?=(')) return undefined;
    const start = this.#at;
    const group = ++this.#groups;
    const body = this.choice();
    if (this.#take(`))\\${group}(?:)`)) return givesNothingBack(body);
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
      return look[1] ? behind(body, isNot) : { kind: 'ahead', body, isNot };
    }
    if (this.#take('(?:')) return this.#close();
    if (this.#match(/^\((?:\?<[^>]*>)?/)) {
      this.#groups++;
      return this.#close();
    }
    if (this.#take('^')) return { kind: 'behind', sets: [], orStart: true, isNot: false };
    if (this.#take('$')) return { kind: 'ahead', body: { kind: 'set', written: any }, isNot: true };
    if (this.#match(/^\\(?:[1-9]|k<|[bB])/)) throw new Unsupported();
    const written = this.source[this.#at] === '[' ? this.#class() : this.#match(/^(?:\\[pPu]\{[^}]*\}|\\?.)/su)![0];
    return { kind: 'set', written };
  }

  #close(): Node {
    if (++this.#depth > deepest) throw new Unsupported();
    const body = this.choice();
    this.#take(')');
    this.#depth--;
    return body;
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
    const comes = this.source.startsWith(text, this.#at);
    if (comes) this.#at += text.length;
    return comes;
  }

  #match(regex: RegExp): RegExpExecArray | null {
    const match = regex.exec(this.source.slice(this.#at));
    if (match) this.#at += match[0].length;
    return match;
  }
}

function behind(body: Node, isNot: boolean): Behind {
  const options = body.kind === 'choice' ? body.options : [body];
  const isStart = (node: Node) => node.kind === 'behind' && node.orStart && node.sets.length === 0;
  const sets = options.flatMap(node => (node.kind === 'set' ? [node.written] : isStart(node) ? [] : unsupported()));
  return { kind: 'behind', sets, orStart: options.some(isStart), isNot };
}

/** A set repeated as often as it can be: behind it another one stands only where there were enough. */
function givesNothingBack(node: Node): Node {
  if (node.kind !== 'repeat' || node.body.kind !== 'set' || node.lazy) return unsupported();
  const { body, min, max } = node;
  const noMore: Node = { kind: 'ahead', body, isNot: true };
  if (max === Number.POSITIVE_INFINITY) return { kind: 'sequence', parts: [node, noMore] };
  let more: Node = { kind: 'sequence', parts: [] };
  for (let count = min; count < max; count++) {
    more = { kind: 'choice', options: [{ kind: 'sequence', parts: [body, more] }, noMore] };
  }
  return { kind: 'sequence', parts: [{ kind: 'repeat', body, min, max: min, lazy: false }, more] };
}

const unsupported = (): never => {
  throw new Unsupported();
};
