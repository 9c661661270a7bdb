import type { AnswerParser, AnswerPart } from './answer-part.js';
import { argumentsOf } from './json-calls.js';
import type { Tools } from './tools.js';

const [start, message] = ['<|start|>', '<|message|>'];
const ends = ['<|end|>', '<|return|>', '<|call|>', start];

/** How a header may begin; an answer begins after the role. */
const headerStarts = ['<|', 'to=', 'assistant'];

/** Where a message goes: its kind, and the tool if it is a call. */
interface Target {
  readonly kind: 'text' | 'thinking' | 'callText';
  readonly tool?: string;
  /** What came before the content, for calls that cannot be read. */
  readonly header: string;
}

/**
 * Splits answers of gpt-oss: messages of channels, each `<|channel|>name<|message|>content<|end|>`. The channel
 * `analysis` is thinking; a message with a recipient (`to=functions.name`) is a call.
 */
export class ChannelParser implements AnswerParser {
  private readonly tools: Tools;
  private held = '';
  /** The message that is being read; undefined within a header. */
  private target: Target | undefined;
  private source = '';

  constructor(tools: Tools) {
    this.tools = tools;
  }

  push(text: string): AnswerPart[] {
    this.held += text;
    const parts: AnswerPart[] = [];
    while (this.advance(parts));
    return parts;
  }

  end(): AnswerPart[] {
    const parts: AnswerPart[] = [];
    if (this.target) this.write(this.held, parts);
    else if (this.held.replaceAll(/<\|[a-z]+\|>/g, '').trim() !== '' && !this.held.startsWith('<|'))
      parts.push({ kind: 'text', delta: this.held });
    this.held = '';
    this.finish(parts);
    return parts;
  }

  private advance(parts: AnswerPart[]): boolean {
    const { held, target } = this;
    if (target) {
      const found = ends.map(mark => ({ mark, at: held.indexOf(mark) })).filter(({ at }) => at >= 0);
      const first = found.sort((a, b) => a.at - b.at)[0];
      if (!first) {
        const from = held.lastIndexOf('<');
        const isOpen = from >= 0 && ends.some(mark => mark.startsWith(held.slice(from)));
        const sure = isOpen ? from : held.length;
        this.held = held.slice(sure);
        this.write(held.slice(0, sure), parts);
        return false;
      }
      this.write(held.slice(0, first.at), parts);
      this.held = held.slice(first.at + (first.mark === start ? 0 : first.mark.length));
      this.finish(parts);
      return true;
    }
    const at = held.indexOf(message);
    if (at >= 0) {
      this.target = targetOf(held.slice(0, at + message.length));
      this.held = held.slice(at + message.length);
      return true;
    }
    const begun = held.trimStart();
    if (begun === '' || headerStarts.some(mark => mark.startsWith(begun) || begun.startsWith(mark))) return false;
    // a message without a header is text
    this.target = { kind: 'text', header: '' };
    return true;
  }

  private write(text: string, parts: AnswerPart[]): void {
    this.source += text;
    if (text !== '') parts.push({ kind: this.target!.kind, delta: text });
  }

  private finish(parts: AnswerPart[]): void {
    const { target, source, tools } = this;
    this.target = undefined;
    this.source = '';
    if (target?.tool === undefined) return;
    try {
      const call = tools.call({ name: target.tool, arguments: argumentsOf(source) });
      parts.push({ kind: 'call', delta: '', call });
    } catch (error) {
      parts.push({ kind: 'malformedCall', delta: target.header + source, message: (error as Error).message });
    }
  }
}

function targetOf(header: string): Target {
  const tool = /\bto=(?:functions\.)?([^\s<]+)/.exec(header)?.[1];
  if (tool !== undefined && tool !== 'all') return { kind: 'callText', tool, header };
  const channel = /<\|channel\|>\s*(\w+)/.exec(header)?.[1];
  return { kind: channel === 'analysis' ? 'thinking' : 'text', header };
}
