import type { AnswerParser, AnswerPart, RawCall } from './answer-part.js';
import type { Tools } from './tools.js';

/** Marks around a part of an answer. */
export interface Marks {
  readonly open: string;
  /** Absent where the part goes on to the next such mark or to the end of the answer. */
  readonly close?: string;
}

/** How calls are written. */
export interface CallStyle {
  /** The marks around calls, or around each call; none if an answer that is a call has no marks. */
  readonly marks: readonly Marks[];
  /** Whether an answer without marks begins like a call; undefined while more of it must be seen. */
  begins?(text: string): boolean | undefined;
  /** The calls of a text between the marks. Throws with the reason if it is something else. */
  read(text: string, tools: Tools): RawCall[];
}

/** How a `MarkedParser` splits an answer. */
export interface MarkedParserOptions {
  /** The marks around thinking; undefined if the template has none. */
  readonly thinking: Marks | undefined;
  /** How calls are written; undefined if that is not known. */
  readonly calls: CallStyle | undefined;
  /** The tools of the conversation. */
  readonly tools: Tools;
  /** Whether the prompt has begun the thinking already. */
  readonly startsInThinking: boolean;
}

/** The part of the answer in which the parser is. */
type State =
  | { readonly kind: 'start' }
  | { readonly kind: 'text' }
  | { readonly kind: 'thinking'; readonly marks: Marks }
  | { readonly kind: 'call'; readonly marks: Marks | undefined };

/** Splits answers in which marks separate text, thinking and calls. */
export class MarkedParser implements AnswerParser {
  private readonly options: MarkedParserOptions;
  private state: State;
  /** What has come and belongs to no part yet. */
  private held = '';
  /** White space that counts only if more of the same part follows. */
  private space = '';
  /** Whether the part has no text yet, so that white space at its beginning is left out. */
  private isFresh = false;
  /** The call so far. */
  private source = '';
  private parts: AnswerPart[] = [];

  constructor(options: MarkedParserOptions) {
    this.options = options;
    const { thinking, startsInThinking } = options;
    this.state = startsInThinking && thinking ? { kind: 'thinking', marks: thinking } : { kind: 'start' };
    this.isFresh = startsInThinking;
  }

  push(text: string): AnswerPart[] {
    this.held += text;
    while (this.advance(false));
    return this.taken();
  }

  end(): AnswerPart[] {
    while (this.advance(true));
    const { state, held } = this;
    this.held = '';
    if (state.kind === 'call') {
      this.write('callText', held);
      this.finishCall('');
    } else if (state.kind === 'thinking') this.write('thinking', held);
    else {
      this.write('text', held);
      if (!this.isFresh && this.space !== '') this.parts.push({ kind: 'text', delta: this.space });
    }
    this.space = '';
    return this.taken();
  }

  private taken(): AnswerPart[] {
    const { parts } = this;
    this.parts = [];
    return parts;
  }

  /** Moves what can be told to its part; true if the state has changed. */
  private advance(isEnd: boolean): boolean {
    const { state } = this;
    if (state.kind === 'start') return this.begin(isEnd);
    if (state.kind === 'text') return this.advanceText();
    const { kind, marks } = state;
    const partKind = kind === 'call' ? 'callText' : 'thinking';
    const wanted = marks?.close ?? marks?.open;
    const at = wanted === undefined ? -1 : this.held.indexOf(wanted);
    if (at < 0) {
      this.writeSure(partKind, wanted === undefined ? [] : [wanted]);
      return false;
    }
    this.write(partKind, this.held.slice(0, at));
    this.held = this.held.slice(at + wanted!.length);
    const isNext = marks?.close === undefined; // the mark begins the next call
    if (kind === 'call') this.finishCall(isNext ? '' : wanted!);
    this.enter(isNext ? state : { kind: 'text' });
    return true;
  }

  /** The first characters decide whether an answer without marks is a call. */
  private begin(isEnd: boolean): boolean {
    const { calls, tools } = this.options;
    const isCall = calls?.begins && tools.areGiven ? calls.begins(this.held) : false;
    if (isCall === undefined && !isEnd) return false;
    this.state = isCall ? { kind: 'call', marks: undefined } : { kind: 'text' };
    return true;
  }

  private advanceText(): boolean {
    const { thinking, calls } = this.options;
    const all = [...(thinking ? [thinking] : []), ...(calls?.marks ?? [])];
    const found = all
      .map(marks => ({ marks, at: this.held.indexOf(marks.open) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0];
    if (!found) {
      this.writeSure(
        'text',
        all.map(({ open }) => open),
      );
      return false;
    }
    const { marks, at } = found;
    this.write('text', this.held.slice(0, at));
    this.held = this.held.slice(at + marks.open.length);
    this.enter({ kind: marks === thinking ? 'thinking' : 'call', marks });
    return true;
  }

  private enter(state: State): void {
    this.state = state;
    this.space = '';
    this.isFresh = true;
    this.source = '';
  }

  /** Writes what cannot be the beginning of one of these marks. */
  private writeSure(kind: 'text' | 'thinking' | 'callText', marks: readonly string[]): void {
    let sure = this.held.length;
    for (const mark of marks)
      for (let size = Math.min(mark.length - 1, this.held.length); size > 0; size -= 1)
        if (mark.startsWith(this.held.slice(-size))) {
          sure = Math.min(sure, this.held.length - size);
          break;
        }
    const text = this.held.slice(0, sure);
    this.held = this.held.slice(sure);
    this.write(kind, text);
  }

  /** Writes text to a part without white space at its ends, except at those of the answer. */
  private write(kind: 'text' | 'thinking' | 'callText', text: string): void {
    if (kind === 'callText') this.source += text;
    let whole = this.space + text;
    if (this.isFresh) whole = whole.trimStart();
    const delta = whole.trimEnd();
    this.space = whole.slice(delta.length);
    if (delta === '') return;
    this.isFresh = false;
    this.parts.push({ kind, delta });
  }

  private finishCall(close: string): void {
    const { calls, tools } = this.options;
    const marks = this.state.kind === 'call' ? this.state.marks : undefined;
    const { source } = this;
    this.source = '';
    try {
      for (const call of calls!.read(source, tools))
        this.parts.push({ kind: 'call', delta: '', call: tools.call(call) });
    } catch (error) {
      const delta = (marks?.open ?? '') + source + close;
      this.parts.push({ kind: 'malformedCall', delta, message: (error as Error).message });
    }
  }
}
