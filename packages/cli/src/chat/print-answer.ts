import type { ChatAnswer, ChatDelta, ToolCall } from '@residual/model';
import { print, printJson, printNote, printText, setDim } from '../terminal/output.js';

/** Prints an answer while it grows; as JSON only its end. Thinking is shown in a terminal only, dimmed. */
export class AnswerPrinter {
  private readonly json: boolean;
  private last: ChatDelta['kind'] | undefined;
  /** The text so far. */
  text = '';

  constructor(json: boolean) {
    this.json = json;
  }

  show(delta: ChatDelta): void {
    const { kind } = delta;
    if (kind === 'token' || kind === 'callText') return;
    if (kind === 'text') this.text += delta.delta;
    if (this.json || (kind === 'thinking' && !process.stdout.isTTY)) return;
    if (this.last !== undefined && this.last !== kind) this.leave();
    if (kind === 'call') print(callLine(delta.call));
    else if (kind === 'malformedCall') {
      print(delta.delta);
      printNote(`residual: the call cannot be read: ${delta.message}`);
    } else {
      if (kind === 'thinking' && this.last !== kind) setDim(true);
      printText(this.last === kind ? delta.delta : delta.delta.trimStart());
    }
    this.last = kind;
  }

  end(answer: ChatAnswer): void {
    if (this.json) printJson(answerAsJson(answer));
    else this.leave();
  }

  /** Ends the line of an answer that was stopped. */
  stop(): void {
    if (!this.json && this.last !== undefined) this.leave();
  }

  private leave(): void {
    if (this.last === 'thinking') {
      setDim(false);
      printText('\n');
    }
    if (this.last === 'text' || this.last === 'thinking' || this.last === undefined) printText('\n');
    this.last = undefined;
  }
}

/** A call as it is shown: what was asked for, and why it cannot be done. */
function callLine({ name, arguments: values, problem }: ToolCall): string {
  return `→ ${name}(${JSON.stringify(values)})${problem === undefined ? '' : `: ${problem}`}`;
}

const answerAsJson = (answer: ChatAnswer) => ({
  text: answer.text,
  thinking: answer.thinking,
  calls: answer.calls,
  malformed_calls: answer.malformedCalls,
  message: answer.message,
  finish_reason: answer.finishReason,
  prompt_tokens: answer.promptLength,
  cached_tokens: answer.cachedTokens,
  new_token_ids: answer.newTokens,
  logprob: answer.logprob,
  seed: answer.seed ?? null,
});
