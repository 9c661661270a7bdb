import type { ResidualError } from '@residual/base';
import { type Analysis, analyse } from './analysis.js';
import { Automaton, dead, start } from './automaton.js';
import { liveStates } from './dfa/dfa.js';
import { grammarError } from './errors.js';
import type { Grammar } from './grammar.js';
import { type Mask, Masks } from './masks.js';
import { type Vocabulary, vocabularyOf } from './vocabulary.js';

/** The tokens of a model. */
export interface ConstraintTokens {
  /**
   * By id: the bytes that the token adds to a running text; undefined for one that is no text, such as a special token.
   */
  readonly tokens: readonly (Uint8Array | undefined)[];
  /** The same for the first token of a text; default `tokens`. */
  readonly startTokens?: readonly (Uint8Array | undefined)[] | undefined;
  /** The tokens that end a text: allowed where the grammar is complete. */
  readonly eosTokenIds?: readonly number[] | undefined;
  /** About how many bytes masks and states may take; default 64 MiB. */
  readonly cacheBytes?: number | undefined;
}

/** A sequence of tokens: those after the prompt obey the grammar. */
export interface ConstrainedSequence {
  readonly tokens: ArrayLike<number>;
  readonly promptLength: number;
}

/** The tokens of texts that obey a grammar. It keeps no state of a sequence that a caller need know of. */
export interface Constraint {
  /**
   * The tokens that may come next: a bit for each, 32 in a word, low bits first. None after tokens that do not obey.
   * Throws if the text so far must go on, and no token goes on with it.
   */
  mask(sequence: ConstrainedSequence): Mask;
  /** Whether the text so far is complete: it obeys the grammar. */
  isComplete(sequence: ConstrainedSequence): boolean;
  /** Whether the text is complete and nothing can follow. */
  isOver(sequence: ConstrainedSequence): boolean;
  /** Turns the tokens after the prompt of a sequence into text, without special tokens. */
  stream(sequence: ConstrainedSequence): ConstraintStream;
}

/** Decodes tokens one by one. */
export interface ConstraintStream {
  /** The text that a token completes. */
  push(id: number): string;
  /** The rest of the text: replacement characters for an incomplete character. */
  flush(): string;
}

/** The states of a sequence, by how many new tokens were read. */
interface Track {
  readonly tokens: number[];
  readonly states: number[];
  readonly epoch: number;
}

/**
 * Makes a constraint of a grammar and the tokens of a model. Masks are made when they are first needed. Throws, with
 * code
 * `grammar`, if the tokens cannot write any text that obeys.
 */
export function constraint(grammar: Grammar, options: ConstraintTokens): Constraint {
  const { eosTokenIds = [], cacheBytes = 1 << 26 } = options;
  const withoutEnds = (tokens: ConstraintTokens['tokens']) =>
    vocabularyOf(
      Array.from({ length: Math.max(tokens.length, ...eosTokenIds.map(id => id + 1)) }, (_, id) =>
        eosTokenIds.includes(id) ? undefined : tokens[id],
      ),
    );
  const vocabulary = withoutEnds(options.tokens);
  const { root } = grammar;
  const analysis = analyse(root, vocabulary.isWritable);
  if (!analysis.productive.has(root)) throw missingBytes(analysis, vocabulary);
  const automaton = new Automaton(root, vocabulary.isWritable, analysis);
  const masks = new Masks(automaton, vocabulary, cacheBytes / 2);
  const tracks = new WeakMap<object, Track>();
  let first: { readonly vocabulary: Vocabulary; readonly masks: Masks } | undefined;
  let epoch = 0;

  /** The tokens for the next place of a sequence. */
  const vocabularyAt = (sequence: ConstrainedSequence, index: number) => {
    if (index > 0 || !options.startTokens || startsAfterText(sequence)) return { vocabulary, masks };
    if (!first) {
      const own = withoutEnds(options.startTokens);
      first = { vocabulary: own, masks: new Masks(automaton, own, cacheBytes / 8) };
    }
    return first;
  };
  const startsAfterText = ({ tokens, promptLength }: ConstrainedSequence): boolean => {
    for (let i = 0; i < promptLength; i++) if (options.tokens[tokens[i]!]?.length) return true;
    return false;
  };

  const stateOf = (sequence: ConstrainedSequence): number => {
    const { tokens, promptLength } = sequence;
    let track = tracks.get(tokens);
    if (track?.epoch !== epoch) track = { tokens: [], states: [start], epoch };
    const length = tokens.length - promptLength;
    let shared = 0;
    while (shared < length && shared < track.tokens.length && track.tokens[shared] === tokens[promptLength + shared])
      shared++;
    track.tokens.length = shared;
    track.states.length = shared + 1;
    for (let i = shared; i < length; i++) {
      const id = tokens[promptLength + i]!;
      const bytes = vocabularyAt(sequence, i).vocabulary.tokens[id];
      track.states.push(bytes?.length ? automaton.read(track.states[i]!, bytes) : dead);
      track.tokens.push(id);
    }
    tracks.set(tokens, track);
    return track.states[length]!;
  };

  return {
    mask(sequence) {
      if (automaton.byteLength > cacheBytes / 2) {
        automaton.reset();
        masks.clear();
        first?.masks.clear();
        epoch++;
      }
      const state = stateOf(sequence);
      const mask = vocabularyAt(sequence, sequence.tokens.length - sequence.promptLength)
        .masks.of(state)
        .slice();
      if (automaton.isComplete(state)) for (const id of eosTokenIds) mask[id >> 5]! |= 1 << (id & 31);
      else if (state !== dead && mask.every(word => word === 0)) throw deadEnd(sequence, options.tokens);
      return mask;
    },
    isComplete: sequence => automaton.isComplete(stateOf(sequence)),
    isOver: sequence => automaton.isOver(stateOf(sequence)),
    stream: sequence => {
      const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
      let index = 0;
      return {
        push: id => {
          const bytes = vocabularyAt(sequence, index++).vocabulary.tokens[id];
          return bytes ? decoder.decode(bytes, { stream: true }) : '';
        },
        flush: () => decoder.decode(),
      };
    },
  };
}

/** An error about a text that no token continues. */
function deadEnd({ tokens, promptLength }: ConstrainedSequence, bytes: ConstraintTokens['tokens']): ResidualError {
  const decoder = new TextDecoder();
  let text = '';
  for (let i = promptLength; i < tokens.length; i++) text += decoder.decode(bytes[tokens[i]!], { stream: true });
  return grammarError('grammar', `no token of this tokenizer goes on after ${JSON.stringify(text.slice(-40))}`);
}

/** An error about bytes that every text needs and no token holds. */
function missingBytes({ nodes, productive }: Analysis, { isWritable }: Vocabulary): ResidualError {
  const missing = new Set<number>();
  for (const node of nodes) {
    if (node.kind !== 'terminal' || productive.has(node)) continue;
    const isLive = liveStates(node.dfa);
    for (const edges of node.dfa.edges)
      for (const { from, to, state } of edges)
        for (let byte = from; isLive[state] && byte <= to; byte++) if (!isWritable[byte]) missing.add(byte);
  }
  const names = [...missing]
    .slice(0, 8)
    .map(byte => (byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `0x${byte.toString(16).padStart(2, '0')}`));
  const more = missing.size > names.length ? ` and ${missing.size - names.length} more` : '';
  return grammarError(
    'grammar',
    `this tokenizer cannot write any text that obeys: no token holds ${names.join(' ')}${more}`,
  );
}
