import { abbreviate, failInput } from '../errors.js';
import { unitsAt, unitsBefore } from '../text/unicode.js';
import { Alphabet } from './linear/alphabet.js';
import type { Search } from './linear/linear-search.js';
import { match, type Program, type State } from './linear/program.js';

/** The step budget of a text: a constant, because a text may arrive in many small parts, and more for each unit. */
const [baseSteps, stepsPerUnit] = [100_000, 200];
/** This many copied group offsets count as one step. */
const copiesPerStep = 16;
const none = -1;

/**
 * Finds the matches of a regular expression by backtracking, as platforms do, but with a step budget: more steps than a
 * generous number for the length of a text are an error that names the expression.
 */
export function backtrackingSearch(program: Program, { source, flags }: RegExp): (text: string) => Search {
  const alphabet = new Alphabet(program.sets, flags);
  return text => {
    const run = new BacktrackingRun(text, program, alphabet, source);
    return at => {
      for (; at <= text.length; at += at < text.length ? unitsAt(text, at) : 1) {
        run.groups = [];
        const end = run.matchFrom(program.start, at);
        if (end !== none) return [at, end];
      }
      return undefined;
    };
  };
}

/** A search in one text with its step budget. */
class BacktrackingRun {
  /** The start and end offsets of the groups. */
  groups: readonly (number | undefined)[] = [];
  #lookbehindEnd = none;
  #stepsLeft: number;

  constructor(
    readonly text: string,
    readonly program: Program,
    readonly alphabet: Alphabet,
    readonly source: string,
  ) {
    this.#stepsLeft = baseSteps + stepsPerUnit * text.length;
  }

  /** The end of the first matching path from a state at an index; `none` if no path matches. */
  matchFrom(state: number, at: number): number {
    const groupsBefore = this.groups;
    const others: { readonly state: number; readonly at: number; readonly groups: BacktrackingRun['groups'] }[] = [];
    for (let now = state; ; ) {
      if (now === match) return at;
      this.#count();
      const step = this.program.states[now]!;
      let to = at;
      let next = none;
      if (step.kind === 'split') {
        others.push({ state: step.second, at, groups: this.groups });
        next = step.first;
      } else if (step.kind === 'here') {
        if (at === this.#lookbehindEnd) return at;
      } else {
        to = this.#consume(step, at);
        if (to !== none) next = 'next' in step ? step.next : 'idle' in step ? (to > at ? step.moved : step.idle) : none;
      }
      if (next !== none) {
        now = next;
        at = to;
        continue;
      }
      const other = others.pop();
      if (!other) {
        this.groups = groupsBefore;
        return none;
      }
      now = other.state;
      at = other.at;
      this.groups = other.groups;
    }
  }

  /** The index after the text that a state consumes; `none` if it does not match. */
  #consume(step: State, at: number): number {
    const { text } = this;
    switch (step.kind) {
      case 'set':
        return at < text.length && this.#matches(step.set, at) ? at + unitsAt(text, at) : none;
      case 'behind': {
        const before = at - (at > 0 ? unitsBefore(text, at) : 0);
        const stands = at === 0 ? step.orStart : step.sets.some(set => this.#matches(set, before));
        return stands !== step.isNot ? at : none;
      }
      case 'save':
        this.#count(this.groups.length / copiesPerStep);
        this.groups = Object.assign([...this.groups], { [step.slot]: at });
        return at;
      case 'reference': {
        const [from, to] = [this.groups[2 * step.group], this.groups[2 * step.group + 1]];
        if (from === undefined || to === undefined || !text.startsWith(text.slice(from, to), at)) return none;
        this.#count(to - from);
        return at + to - from;
      }
      case 'atomic':
        return this.matchFrom(step.body, at);
      case 'ahead':
        return (this.#lookAround(step.body, at, step.isNot) !== none) !== step.isNot ? at : none;
      case 'lookbehind':
        return this.#lookBehind(step.body, at, step.isNot) !== step.isNot ? at : none;
      default:
        return none;
    }
  }

  /** Like `matchFrom`, but a negative look-around keeps no captures. */
  #lookAround(body: number, at: number, isNot: boolean): number {
    const before = this.groups;
    const end = this.matchFrom(body, at);
    if (isNot) this.groups = before;
    return end;
  }

  /** Whether the body matches from some earlier index up to this one. */
  #lookBehind(body: number, at: number, isNot: boolean): boolean {
    const outer = this.#lookbehindEnd;
    this.#lookbehindEnd = at;
    let isFound = false;
    for (let from = at; !isFound && from >= 0; from -= from > 0 ? unitsBefore(this.text, from) : 1) {
      isFound = this.#lookAround(body, from, isNot) !== none;
    }
    this.#lookbehindEnd = outer;
    return isFound;
  }

  #matches(set: number, at: number): boolean {
    const { alphabet, text } = this;
    return alphabet.members[alphabet.classOf(text.codePointAt(at)!)]![set]!;
  }

  #count(steps = 1): void {
    this.#stepsLeft -= steps;
    if (this.#stepsLeft >= 0) return;
    const { text, source } = this;
    failInput(
      `encode: the regular expression ${abbreviate(source)} takes too long in a text of ${text.length} characters`,
    );
  }
}
