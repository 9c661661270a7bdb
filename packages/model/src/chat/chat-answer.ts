import type { AnswerPart, ChatMessage, ToolCall } from '@residual/tokenizer/chat';
import type { Step } from '../generate/sampling-policy.js';
import type { GenerateOutput } from '../generate/sequence.js';

/**
 * A step of an answer: what it adds, and the token that added it with its probabilities. Each token has one step at
 * least; one that completes several parts has a step for each. `kind` is `token` where it adds nothing: it is a mark of
 * the format, or its text is held back. The text of a call comes as `callText` while it is written; `call` or
 * `malformedCall` then replaces it.
 */
export type ChatDelta = (AnswerPart | { readonly kind: 'token'; readonly delta: '' }) & { readonly step: Step };

/** A call that cannot be read. */
export interface MalformedCall {
  /** What the model wrote, with its marks; the content of the message has it too. */
  readonly text: string;
  readonly message: string;
}

/** A whole answer. */
export interface ChatAnswer extends GenerateOutput {
  /** The text of the answer, without thinking and calls. */
  readonly text: string;
  /** The thinking before the text; empty if there is none. */
  readonly thinking: string;
  /** The calls of tools that the model asks for. */
  readonly calls: readonly ToolCall[];
  readonly malformedCalls: readonly MalformedCall[];
  /** The answer as a message, to be appended to the conversation: plain data. */
  readonly message: ChatMessage;
  /** How many tokens of the prompt were not computed again. */
  readonly cachedTokens: number;
}

/** Between two parts of text, or of thinking, that something else separates. */
const paragraph = '\n\n';

/** Collects the parts of an answer. */
export class AnswerCollector {
  private readonly sums = { text: '', thinking: '' };
  private readonly calls: ToolCall[] = [];
  private readonly malformed: MalformedCall[] = [];
  /** The text with the calls that cannot be read, so that nothing of an answer is lost. */
  private content = '';
  private last: AnswerPart['kind'] | undefined;

  /** The part as it is shown: with a paragraph before text that continues after something else. */
  add(part: AnswerPart): AnswerPart {
    const { last } = this;
    this.last = part.kind;
    if (part.kind === 'call') this.calls.push(part.call);
    if (part.kind === 'malformedCall') {
      this.malformed.push({ text: part.delta, message: part.message });
      this.content += (this.content === '' ? '' : paragraph) + part.delta;
    }
    if (part.kind !== 'text' && part.kind !== 'thinking') return part;
    const isSeparate = last !== part.kind && this.sums[part.kind] !== '';
    const delta = (isSeparate ? paragraph : '') + part.delta;
    this.sums[part.kind] += delta;
    if (part.kind === 'text') this.content += (last !== 'text' && this.content !== '' ? paragraph : '') + part.delta;
    return { ...part, delta };
  }

  /** The answer; `continued` is the message that it continues. */
  answer(output: GenerateOutput, cachedTokens: number, continued: ChatMessage | undefined): ChatAnswer {
    const { calls, malformed, content } = this;
    const { text, thinking } = this.sums;
    const before = typeof continued?.content === 'string' ? continued.content : '';
    const message: ChatMessage = {
      ...continued,
      role: continued?.role ?? 'assistant',
      content: before + content,
      ...(thinking !== '' && { reasoning_content: thinking }),
      ...(calls.length > 0 && { tool_calls: calls.map(callMessage) }),
    };
    return { ...output, text, thinking, calls, malformedCalls: malformed, message, cachedTokens };
  }
}

/** A call as templates read it. */
const callMessage = ({ id, name, arguments: values }: ToolCall) => ({
  type: 'function',
  id,
  function: { name, arguments: values },
});
