import { failInput } from '../errors.js';
import type { Tokenizer } from '../tokenizer.js';
import { boundaryOf, lastBoundary } from './boundary.js';
import type { Boundary } from './space-rule.js';

/** Encodes a text that arrives in chunks; see {@link encodeStream}. */
export interface EncodeStream {
  /** Takes the next chunk, of any length, and returns the ids that are certain so far, perhaps none. */
  push(chunk: string): number[];
  /** Ends the text and returns the remaining ids. */
  flush(): number[];
}

/** Options of {@link encodeStream}. */
export interface EncodeStreamOptions {
  /** Whether to add the special tokens of the post-processor around the text. Default true. */
  readonly addSpecialTokens?: boolean;
}

/**
 * Encodes a text that arrives in chunks. All pushes and the flush together equal `encode` of the whole text. Ids are
 * returned up to the last boundary between words at which the tokenizer splits whatever follows. If that is unknown (a
 * model with tokens that span words), all ids are returned at the end.
 */
export function encodeStream(
  tokenizer: Tokenizer,
  { addSpecialTokens = true }: EncodeStreamOptions = {},
): EncodeStream {
  const boundary = boundaryOf(tokenizer.parts);
  const [before, after] = addSpecialTokens ? specialTokensAround(tokenizer) : [[], []];
  const encoder = new ChunkEncoder(tokenizer, boundary);
  let hasStarted = false;
  const start = () => {
    const ids = hasStarted ? [] : before;
    hasStarted = true;
    return ids;
  };
  return {
    push(chunk) {
      if (typeof chunk !== 'string') failInput(`encodeStream: a chunk must be a string, it is a ${typeof chunk}`);
      return [...start(), ...encoder.push(chunk)];
    },
    flush: () => [...start(), ...encoder.flush(), ...after],
  };
}

/**
 * Counts the tokens of a text chunk by chunk until there are `limit`. Undefined if the tokenizer's boundaries are
 * unknown.
 */
export function countUpTo(tokenizer: Tokenizer, text: string, limit: number): number | undefined {
  const boundary = boundaryOf(tokenizer.parts);
  if (!boundary) return undefined;
  const encoder = new ChunkEncoder(tokenizer, boundary);
  let count = 0;
  for (let at = 0, size = firstChunk; at < text.length && count < limit; at += size, size *= 2) {
    count += encoder.push(text.slice(at, at + size)).length;
  }
  return count < limit ? count + encoder.flush().length : count;
}

const firstChunk = 4096;

/**
 * Encodes up to the last boundary. The words before it stay as context, so that the following text is encoded as within
 * the whole text.
 */
class ChunkEncoder {
  #chunks: string[] = []; // the context, then the text that is not encoded yet
  #length = 0;
  #tail = ''; // the last two units
  #contextLength = 0; // the length of the context in units
  #contextIds = 0; // the number of ids of the context by itself

  constructor(
    readonly tokenizer: Tokenizer,
    readonly boundary: Boundary | undefined,
  ) {}

  push(chunk: string): number[] {
    const view = this.#tail + chunk; // new boundaries can only be here
    const offset = this.#length - this.#tail.length;
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    this.#tail = view.slice(-2);
    const boundaryIndex = this.boundary ? lastBoundary(view, this.#contextLength - offset, this.boundary) : -1;
    if (boundaryIndex < 0) return [];
    const end = offset + boundaryIndex;
    const text = this.#chunks.join('');
    const ids = this.#idsOf(text.slice(0, end));
    const contextStart = Math.max(0, lastBoundary(text.slice(0, end), 0, this.boundary!));
    this.#chunks = [text.slice(contextStart)];
    this.#length -= contextStart;
    this.#contextLength = end - contextStart;
    this.#contextIds = this.tokenizer.encode(text.slice(contextStart, end), plain).length;
    return ids;
  }

  flush(): number[] {
    return this.#idsOf(this.#chunks.join(''));
  }

  #idsOf(text: string): number[] {
    return this.tokenizer.encode(text, plain).ids.slice(this.#contextIds);
  }
}

const plain = { addSpecialTokens: false, truncation: null, padding: null } as const;

/** The ids that the post-processor adds before and after one text. */
function specialTokensAround(tokenizer: Tokenizer): [before: readonly number[], after: readonly number[]] {
  const items = tokenizer.parts.postProcessor.template?.single ?? [];
  const index = items.findIndex(item => 'sequence' in item);
  const ids = (from: number, to: number) => items.slice(from, to).flatMap(item => ('ids' in item ? item.ids : []));
  return [ids(0, Math.max(0, index)), ids(index + 1, items.length)];
}
