import { ResidualError } from '@residual/base';
import type { ChatAnswer, ChatMessage, ChatOptions, Conversation } from '@residual/model';
import { AnswerPrinter } from './print-answer.js';

/** What a session needs. */
export interface SessionOptions {
  readonly conversation: Pick<Conversation, 'chat'>;
  /** What was said before. */
  readonly messages: readonly ChatMessage[];
  readonly options: ChatOptions;
  /** Whether each answer is printed as one JSON object. */
  readonly json: boolean;
}

/** The messages of a chat in the terminal, and what is done with them. */
export class ChatSession {
  private readonly settings: SessionOptions;
  private all: ChatMessage[];

  constructor(settings: SessionOptions) {
    this.settings = settings;
    this.all = [...settings.messages];
  }

  /** All messages so far. */
  get messages(): readonly ChatMessage[] {
    return this.all;
  }

  /** Whether the last message waits for an answer. */
  get isOpen(): boolean {
    const role = this.all.at(-1)?.role;
    return role !== undefined && role !== 'assistant' && role !== 'system';
  }

  /** Adds a message of the user. */
  say(content: string): void {
    this.all.push({ role: 'user', content });
  }

  /** Adds the result of the first call that has none yet. Throws if there is no such call. */
  giveResult(content: string): void {
    const at = this.all.findLastIndex(({ role }) => role === 'assistant');
    const calls = (this.all[at]?.tool_calls ?? []) as readonly { id: string; function: { name: string } }[];
    const call = calls[this.all.length - 1 - at];
    if (!call) throw new ResidualError('prompt', 'chat: no call waits for a result');
    this.all.push({ role: 'tool', tool_call_id: call.id, name: call.function.name, content });
    this.waiting = this.all.length - 1 - at < calls.length;
  }

  /** Whether other calls wait for results too. */
  waiting = false;

  /** Replaces the system prompt; an empty one is removed. */
  setSystem(content: string): void {
    if (this.all[0]?.role === 'system') this.all.shift();
    if (content !== '') this.all.unshift({ role: 'system', content });
  }

  /** Removes the last message of the user and all after it; returns it, or undefined if there is none. */
  undo(): ChatMessage | undefined {
    const at = this.all.findLastIndex(({ role }) => role === 'user');
    return at < 0 ? undefined : this.all.splice(at)[0];
  }

  /**
   * Answers the messages and prints the answer while it grows. What an aborted answer has said so far is kept as its
   * message; then the abort is thrown.
   */
  async answer(signal: AbortSignal): Promise<ChatAnswer> {
    const { conversation, options, json } = this.settings;
    const printer = new AnswerPrinter(json);
    const steps = conversation.chat(this.all, { ...options, signal })[Symbol.asyncIterator]();
    try {
      for (;;) {
        const { done, value } = await steps.next();
        if (done) {
          this.all.push(value.message);
          printer.end(value);
          return value;
        }
        printer.show(value);
      }
    } catch (error) {
      printer.stop();
      if (signal.aborted && printer.text !== '') this.all.push({ role: 'assistant', content: printer.text });
      throw error;
    }
  }
}
