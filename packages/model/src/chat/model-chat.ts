import { ResidualError } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import {
  type AnswerFormat,
  answerFormat,
  type CallFormat,
  type ChatMessage,
  type ChatTemplate,
  callFormatNames,
} from '@residual/tokenizer/chat';
import type { LoadedModel } from '../loaded-model.js';
import { templateOf } from './checkpoint-template.js';
import { expectMessages, expectRenderOptions, type RenderChatOptions, templateOptionsOf } from './options.js';

/** A prompt that a template made. */
export interface ChatPrompt {
  readonly text: string;
  readonly tokens: readonly number[];
}

/** What a model needs to chat: its templates, and what they say about its answers. */
export class ModelChat {
  readonly tokenizer: Tokenizer;
  private readonly template: ChatTemplate;
  /** The token that ends an answer, by the text of the template; undefined where it has none. */
  private readonly endTokens = new Map<string, number | undefined>();

  private constructor(template: ChatTemplate, tokenizer: Tokenizer) {
    this.template = template;
    this.tokenizer = tokenizer;
  }

  /** Reads the templates of a model. Throws if it has none, or no tokenizer. */
  static async of(caller: string, { parts, tokenizer }: LoadedModel): Promise<ModelChat> {
    if (!tokenizer) throw new ResidualError('prompt', `${caller}: this model has no tokenizer`);
    return new ModelChat(await templateOf(caller, 'the checkpoint', parts.texts, tokenizer), tokenizer);
  }

  /** The prompt of a conversation, as `renderChat` of a model. */
  render(messages: readonly ChatMessage[], options: RenderChatOptions): ChatPrompt {
    expectRenderOptions(options);
    return this.prompt('renderChat', messages, options);
  }

  /** The prompt of a conversation. Throws with the template's own message if it refuses it. */
  prompt(caller: string, messages: readonly ChatMessage[], options: RenderChatOptions): ChatPrompt {
    expectMessages(caller, messages);
    const text = this.template.render(messages, templateOptionsOf(caller, options));
    const { ids } = this.tokenizer.encode(text, { addSpecialTokens: false });
    return { text, tokens: ids };
  }

  /** How the answers are written. Throws if there is no format of calls of this name. */
  format(options: RenderChatOptions, calls: CallFormat | undefined): AnswerFormat {
    if (calls !== undefined && !callFormatNames().includes(calls))
      throw new ResidualError('option', `chat: callFormat is ${calls}; it can be ${callFormatNames().join(', ')}`);
    return answerFormat(this.template.source(templateOptionsOf('chat', options)), calls);
  }

  /** The tokens that end a turn: those of the format, or the one that the template writes after an answer. */
  endTokenIds(options: RenderChatOptions, format: AnswerFormat): readonly number[] {
    const idOf = (token: string) => this.tokenizer.tokenToId(token);
    const ids = format.endTokens ? format.endTokens.map(idOf) : [this.endOfAnswer(options)];
    return ids.filter(id => id !== undefined);
  }

  private endOfAnswer(options: RenderChatOptions): number | undefined {
    const source = this.template.source(templateOptionsOf('chat', options));
    if (!this.endTokens.has(source)) this.endTokens.set(source, this.tokenAfterAnswer(options.template));
    return this.endTokens.get(source);
  }

  /** The special token that the template writes after an answer; undefined if it writes none. */
  private tokenAfterAnswer(template: string | undefined): number | undefined {
    const answer = 'Residual';
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: answer },
    ];
    try {
      const text = this.template.render(messages, template === undefined ? {} : { template });
      const at = text.lastIndexOf(answer);
      if (at < 0) return undefined;
      const { ids } = this.tokenizer.encode(text.slice(at + answer.length).trimStart(), { addSpecialTokens: false });
      const [first] = ids;
      return this.tokenizer.parts.addedTokens.find(({ id, special }) => id === first && special)?.id;
    } catch {
      return undefined; // a template that refuses this conversation
    }
  }
}
