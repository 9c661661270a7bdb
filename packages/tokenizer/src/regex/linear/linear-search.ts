import { abbreviate, failInput } from '../../errors.js';
import { unitsAt } from '../../text/unicode.js';
import { Alphabet } from './alphabet.js';
import { LiveStates, none } from './live-states.js';
import { match, type Program } from './program.js';

/** Finds the first match at or after an index and returns its start and end. */
export type Search = (at: number) => readonly [from: number, to: number] | undefined;

/** The number of units of a part of a text. The live states are known for only one part at a time. */
const partSize = 1 << 16;

/**
 * Finds the matches of a regular expression, the same as its `exec`, in time that is linear in the length of the text.
 * A backward pass computes the states that lead to a match from each index; a forward pass takes the first such
 * alternative at each choice (Frisch and Cardelli 2004). The start indices of the searches in a text must ascend.
 */
export function linearSearch(program: Program, { source, flags }: RegExp): (text: string) => Search {
  const alphabet = new Alphabet(program.sets, flags);
  const live = new LiveStates(program, alphabet);
  return text => {
    live.begin(text.length);
    const setAt = liveSets(text, program, live, alphabet, () =>
      failInput(
        `encode: the regular expression ${abbreviate(source)} takes too long in a text of ${text.length} characters`,
      ),
    );
    return at => {
      while (at <= text.length && !live.has(setAt(at), program.start)) at++;
      return at > text.length ? undefined : [at, matchEnd(text, at, program, live, setAt)];
    };
  };
}

function matchEnd(
  text: string,
  at: number,
  { start, states }: Program,
  live: LiveStates,
  setAt: (at: number) => number,
) {
  for (let state = live.step(setAt(at), start); state !== match; ) {
    at += unitsAt(text, at);
    state = live.step(setAt(at), (states[state] as { readonly next: number }).next);
  }
  return at;
}

/** Returns the set of live states at an index. The indices must ascend; within a surrogate pair no state is live. */
function liveSets(
  text: string,
  { states }: Program,
  live: LiveStates,
  alphabet: Alphabet,
  fail: () => never,
): (at: number) => number {
  const looksBehind = states.some(({ kind }) => kind === 'behind');
  const classBefore = (at: number) => (at === 0 ? -1 : alphabet.classOf(codeBefore(text, at)));
  const sets = new Int32Array(Math.min(text.length, partSize + 1) + 1);
  let [first, last] = [0, 0]; // the current part
  const read = (from: number, to: number, end: Uint8Array) => {
    [first, last] = [from, to];
    live.clearIfFull();
    sets.fill(none);
    let set = live.add(end);
    sets[to - from] = set;
    let before = classBefore(to);
    for (let at = to; at > from; ) {
      const next = before;
      at -= codeBefore(text, at) > 0xffff ? 2 : 1;
      before = classBefore(at);
      set = live.before(set, next, looksBehind ? before : 0);
      sets[at - from] = set;
      if (live.isExhausted) fail();
    }
    return live.states(set);
  };
  const parts = partsOf(text);
  const ends: Uint8Array[] = []; // by part, the live states at its end
  let end = live.states(live.atEnd(classBefore(text.length)));
  for (let part = parts.length - 2; part >= 0; part--) {
    ends[part] = end;
    end = read(parts[part]!, parts[part + 1]!, end);
  }
  let now = 0;
  return at => {
    while (at > last) read(parts[++now]!, parts[now + 1]!, ends[now]!);
    return sets[at - first]!;
  };
}

/** The starts of the parts of a text, between characters, and its end. */
function partsOf(text: string): number[] {
  const starts: number[] = [0];
  for (let at = partSize; at < text.length; at += partSize) {
    starts.push(text.codePointAt(at - 1)! > 0xffff ? at + 1 : at);
  }
  return [...starts, text.length];
}

/** The code point that ends at an index. */
function codeBefore(text: string, at: number): number {
  const unit = text.charCodeAt(at - 1);
  if ((unit & 0xfc00) !== 0xdc00 || at < 2) return unit;
  const pair = text.codePointAt(at - 2)!;
  return pair > 0xffff ? pair : unit;
}
