import { expectValue } from '@residual/base';
import { expectOptions, type OptionNames, ResidualError } from '@residual/tensor';
import type { CallFormat, ChatMessage, ChatOptions as TemplateOptions } from '@residual/tokenizer/chat';
import { unguidedNames } from '../generate/option-names.js';
import type { GenerateOptions, GuidanceSettings } from '../generate/options.js';

/** How messages become a prompt. */
export interface RenderChatOptions {
  /** Tools that the model may call, as JSON schemas: `{ type: 'function', function: { name, parameters } }`. */
  readonly tools?: readonly object[];
  /** Documents to answer from, where the template reads them. */
  readonly documents?: readonly object[];
  /** The name of the template if there are several; default `tool_use` with tools if there is one, else `default`. */
  readonly template?: string;
  /**
   * Further variables of the template, such as `enableThinking`; names in camelCase are those in snake_case of the
   * template.
   */
  readonly templateOptions?: Readonly<Record<string, unknown>>;
  /** Whether the last message, of the assistant, is continued; default false, a new answer begins. */
  readonly continueFinalMessage?: boolean;
  /** Whether the prompt ends with the beginning of an answer; default true. Never with `continueFinalMessage`. */
  readonly addGenerationPrompt?: boolean;
}

/** The options of `chat`: those of `generate` but for guidance, and how messages become a prompt. */
export interface ChatOptions
  extends Omit<GenerateOptions, keyof GuidanceSettings>,
    Omit<RenderChatOptions, 'addGenerationPrompt'> {
  /** How many tokens the answer may have; default as in `generation_config.json`, else 1024. */
  readonly maxNewTokens?: number;
  /** End tokens; default those of `generation_config.json` and the token with which the template ends an answer. */
  readonly eosTokenId?: readonly number[];
  /** How calls are written, by the family that made it known; default as the template tells. */
  readonly callFormat?: CallFormat;
}

const promptNames = { tools: 0, documents: 0, template: 0, templateOptions: 0, continueFinalMessage: 0 } as const;
const renderNames: OptionNames<RenderChatOptions> = { ...promptNames, addGenerationPrompt: 0 };
const chatNames: OptionNames<ChatOptions> = { ...unguidedNames, ...promptNames, callFormat: 0 };

/** The variables that have options of their own. */
const ownVariables = ['messages', 'tools', 'documents', 'add_generation_prompt', 'continue_final_message'];

/** Checks the options of `renderChat`. */
export function expectRenderOptions(options: RenderChatOptions): void {
  expectOptions('renderChat', options, renderNames);
}

/** Checks the options of `chat` and separates those of the template from those of the generation. */
export function separateOptions(options: ChatOptions): {
  readonly render: RenderChatOptions;
  readonly callFormat: CallFormat | undefined;
  readonly generate: GenerateOptions;
} {
  expectOptions('chat', options, chatNames);
  const { tools, documents, template, templateOptions, continueFinalMessage, callFormat, ...generate } = options;
  const render = { tools, documents, template, templateOptions, continueFinalMessage };
  const given = Object.entries(render).filter(([, value]) => value !== undefined);
  return { render: Object.fromEntries(given), callFormat, generate };
}

/** The options of the template itself. Throws for values that do not fit. */
export function templateOptionsOf(caller: string, options: RenderChatOptions): TemplateOptions {
  const { tools, documents, template, templateOptions = {}, continueFinalMessage = false } = options;
  const { addGenerationPrompt = !continueFinalMessage } = options;
  for (const [name, value] of [
    ['tools', tools],
    ['documents', documents],
  ] as const) {
    const areRecords = Array.isArray(value) && value.every(each => typeof each === 'object' && each !== null);
    expectValue(value === undefined || areRecords, caller, name, value, 'a list of records');
  }
  const areOptions = typeof templateOptions === 'object' && templateOptions !== null && !Array.isArray(templateOptions);
  expectValue(areOptions, caller, 'templateOptions', templateOptions, 'a record');
  const variables = Object.fromEntries(
    Object.entries(templateOptions).map(([name, value]) => [snakeCase(name), value] as const),
  );
  const own = ownVariables.find(name => Object.hasOwn(variables, name));
  if (own !== undefined)
    throw new ResidualError('option', `${caller}: templateOptions has ${own}, which has an option of its own`);
  return {
    addGenerationPrompt,
    continueFinalMessage,
    variables,
    ...(tools && { tools }),
    ...(documents && { documents }),
    ...(template !== undefined && { template }),
  };
}

const snakeCase = (name: string) => name.replace(/[A-Z]/g, letter => `_${letter.toLowerCase()}`);

/** Throws unless messages are a list of records with a role. */
export function expectMessages(caller: string, messages: readonly ChatMessage[]): void {
  const areMessages =
    Array.isArray(messages) &&
    messages.length > 0 &&
    messages.every(message => typeof (message as ChatMessage | null)?.role === 'string');
  if (areMessages) return;
  throw new ResidualError(
    'prompt',
    `${caller}: the messages must be a list of records with a role, such as { role: 'user', content: 'Hi' }`,
  );
}
