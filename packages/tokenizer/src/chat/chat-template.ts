import type { Encoding } from '../encoding.js';
import { failFile, failInput } from '../errors.js';
import { specialTokenNames } from '../formats/checkpoint/settings.js';
import { describeType, Fields } from '../formats/json/fields.js';
import type { EncodeOptions } from '../options.js';
import type { Tokenizer } from '../tokenizer.js';
import { BoundedTemplate } from './bounded-template.js';

/** One turn of a conversation. Templates may read further fields (`tool_calls`, `name`, ...). */
export interface ChatMessage {
  /** The speaker, usually `system`, `user`, `assistant` or `tool`. */
  readonly role: string;
  /** The content: a text, or parts for templates that support them. A null field counts as absent. */
  readonly content?: string | readonly object[] | null;
  readonly [field: string]: unknown;
}

/** How a conversation is rendered. */
export interface ChatOptions {
  /** Whether to end with the start of an answer. Default false. */
  readonly addGenerationPrompt?: boolean;
  /** Whether to end with the text of the last message, so that the model continues it. Default false. */
  readonly continueFinalMessage?: boolean;
  /** Tools that the model may call, as JSON schemas. */
  readonly tools?: readonly object[];
  /** Documents to answer from. */
  readonly documents?: readonly object[];
  /**
   * Which template to use if there are several. Default: `tool_use` if there are tools and such a template, otherwise
   * `default`.
   */
  readonly template?: string;
  /** Further variables that the template reads (`enable_thinking`, ...). */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** Renders conversations in the format that a model was trained on. */
export interface ChatTemplate {
  /** The names of the templates. */
  readonly names: readonly string[];
  /** The text of the template that these options choose. Throws if there is none of that name. */
  source(options?: ChatOptions): string;
  /** The text of a conversation. Throws with the template's own message if the template refuses it. */
  render(messages: readonly ChatMessage[], options?: ChatOptions): string;
  /** The encoding of a conversation. The template itself contains the special tokens. */
  encode(tokenizer: Tokenizer, messages: readonly ChatMessage[], options?: ChatOptions & EncodeOptions): Encoding;
}

/**
 * The Jinja chat template of a model, from the content of `tokenizer_config.json`, or from `source`: the content of
 * `chat_template.jinja`, or several templates by name, that one being `default` and those of the folder
 * `additional_chat_templates` being named after their files. Undefined if there is none.
 */
export function chatTemplate(
  config: object | string,
  source?: string | Readonly<Record<string, string>>,
): ChatTemplate | undefined {
  const settings = new Fields(typeof config === 'string' ? parseConfig(config) : config, 'tokenizer_config.json');
  const given = typeof source === 'string' ? { default: source } : source;
  const templates = given === undefined ? templatesOf(settings) : new Map(Object.entries(given));
  if (templates.size === 0) return undefined;
  const tokens = Object.fromEntries(
    specialTokenNames.map(role => [`${role}_token`, tokenText(settings, `${role}_token`)]),
  );
  const compiled = new Map([...templates].map(([name, text]) => [name, compile(name, text)]));
  const chosen = ({ template, tools }: ChatOptions): string => {
    const name = template ?? (tools && templates.has('tool_use') ? 'tool_use' : 'default');
    if (templates.has(name)) return name;
    return failInput(`chat: template "${name}" is unknown; known are ${[...templates.keys()].join(', ')}`);
  };
  const render = (messages: readonly ChatMessage[], options: ChatOptions = {}) => {
    checkMessages(messages);
    const { addGenerationPrompt = false, continueFinalMessage = false, tools, documents, variables } = options;
    if (addGenerationPrompt && continueFinalMessage) {
      failInput(
        'chat: addGenerationPrompt starts an answer and continueFinalMessage continues one; one of them must be false',
      );
    }
    const template = compiled.get(chosen(options))!;
    const extraVariables = {
      tools: tools ?? null,
      documents: documents ?? null,
      add_generation_prompt: addGenerationPrompt,
    };
    const shown = continueFinalMessage ? withContinueTag(messages) : messages;
    const text = renderWith(
      template,
      { ...tokens, ...variables, ...extraVariables, messages: shown.map(toTemplateMessage) },
      messages.length + (tools?.length ?? 0) + (documents?.length ?? 0),
    );
    return continueFinalMessage ? truncateAtTag(text) : text;
  };
  return {
    names: [...compiled.keys()],
    source: (options = {}) => templates.get(chosen(options))!,
    render,
    encode: (tokenizer, messages, options = {}) =>
      tokenizer.encode(render(messages, options), { ...options, addSpecialTokens: false }),
  };
}

function parseConfig(config: string): unknown {
  try {
    return JSON.parse(config);
  } catch (error) {
    return failFile(`tokenizer_config.json is not JSON: ${(error as Error).message}`);
  }
}

/** The templates by name; a single one is named `default`. */
function templatesOf(settings: Fields): Map<string, string> {
  if (!settings.has('chat_template')) return new Map();
  if (typeof settings.raw('chat_template') === 'string')
    return new Map([['default', settings.string('chat_template')]]);
  return new Map(
    settings.array('chat_template').map((entry, index) => {
      const fields = new Fields(entry, `tokenizer_config.json.chat_template[${index}]`);
      return [fields.string('name'), fields.string('template')];
    }),
  );
}

function tokenText(settings: Fields, name: string): string | undefined {
  if (!settings.has(name)) return undefined;
  return typeof settings.raw(name) === 'string' ? settings.string(name) : settings.object(name).string('content');
}

function compile(name: string, text: string): BoundedTemplate {
  try {
    return new BoundedTemplate(text);
  } catch (error) {
    return failFile(`chat template "${name}" cannot be read: ${(error as Error).message}`);
  }
}

function renderWith(
  template: BoundedTemplate,
  variables: Record<string, unknown> & { readonly messages: object[] },
  count: number,
): string {
  try {
    return template.render(variables, count, charactersOf(variables.messages));
  } catch (error) {
    return failInput(`chat: the template refuses this conversation: ${(error as Error).message}`);
  }
}

/** The total length of the messages' texts. */
function charactersOf(messages: readonly object[]): number {
  let characters = 0;
  for (const { content } of messages as readonly ChatMessage[]) {
    if (typeof content === 'string') characters += content.length;
    else if (Array.isArray(content))
      for (const part of content as readonly ({ text?: unknown } | null)[])
        if (typeof part?.text === 'string') characters += part.text.length;
  }
  return characters;
}

function checkMessages(messages: unknown): void {
  if (!Array.isArray(messages)) failInput(`chat: messages must be an array, they are ${describeType(messages)}`);
  if (messages.length === 0) failInput('chat: messages must hold at least one message');
  for (const [index, message] of messages.entries()) {
    const role = (message as ChatMessage | null)?.role;
    if (typeof role !== 'string')
      failInput(`chat: message ${index} must have a role that is a string, it is ${describeType(role)}`);
  }
}

/** A message without its null fields. The reasoning is available under each of its usual names, as in the reference. */
function toTemplateMessage(message: ChatMessage): object {
  const present = Object.fromEntries(Object.entries(message).filter(([, value]) => value !== null));
  const thought = present.reasoning_content ?? present.thinking ?? present.reasoning;
  return thought === undefined ? present : { thinking: thought, ...present, reasoning_content: thought };
}

/** What marks the end of the text that is continued, as in the reference. */
const continueTag = 'CONTINUE_FINAL_MESSAGE_TAG ';

/** The messages with a mark after the text of the last one. */
function withContinueTag(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  const last = messages.at(-1)!;
  const { content } = last;
  const parts = Array.isArray(content) ? (content as readonly { text?: unknown }[]) : [];
  const at = parts.findLastIndex(({ text }) => typeof text === 'string');
  if (typeof content !== 'string' && at < 0)
    return failInput('chat: continueFinalMessage needs a last message whose content is a text');
  const marked =
    typeof content === 'string'
      ? content + continueTag
      : parts.map((part, i) => (i === at ? { ...part, text: part.text + continueTag } : part));
  return [...messages.slice(0, -1), { ...last, content: marked }];
}

/** The text up to the mark; without the white space before it where the template trims texts. */
function truncateAtTag(text: string): string {
  const at = text.lastIndexOf(continueTag.trim());
  if (at < 0) failInput('chat: the template changes the last message, so that continueFinalMessage does not find it');
  const before = text.slice(0, at);
  return text.startsWith(continueTag, at) ? before : before.trimEnd();
}
