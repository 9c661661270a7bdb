import { literal, type Node, sequence, terminal } from '../node.js';

/**
 * White space between the parts of a JSON text: none, as JSON.stringify writes it; one space after each comma and
 * colon; or any.
 */
export type Whitespace = 'compact' | 'spaced' | 'any';

/** The parts of a JSON text that white space may surround. */
export interface Spacing {
  open(bracket: string): Node;
  close(bracket: string): Node;
  /** What precedes the first element or property. */
  readonly before: Node;
  readonly comma: Node;
  readonly colon: Node;
}

/** The most characters of white space in one place. A model could otherwise write nothing else. */
const maxWhitespace = 20;

/** The parts with a kind of white space. */
export function spacingOf(whitespace: Whitespace): Spacing {
  if (whitespace !== 'any') {
    const space = whitespace === 'spaced' ? ' ' : '';
    return {
      open: literal,
      close: literal,
      before: sequence(),
      comma: literal(`,${space}`),
      colon: literal(`:${space}`),
    };
  }
  const edge = (byte: number, state: number) => ({ from: byte, to: byte, state });
  const any = terminal({
    accepts: Array<boolean>(maxWhitespace + 1).fill(true),
    edges: Array.from({ length: maxWhitespace + 1 }, (_, count) =>
      count < maxWhitespace ? [9, 10, 13, 32].map(byte => edge(byte, count + 1)) : [],
    ),
  });
  return {
    open: literal,
    close: bracket => sequence(any, literal(bracket)),
    before: any,
    comma: sequence(any, literal(','), any),
    colon: sequence(any, literal(':'), any),
  };
}
