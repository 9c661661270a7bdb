import { ResidualError } from '@residual/base';
import type { ChatMessage, ChatOptions } from '@residual/model';
import type { CacheForm } from '@residual/tensor';
import { Option } from 'commander';
import { readMessages, readTools } from '../chat/files.js';
import { ChatSession } from '../chat/session.js';
import { chatInTerminal } from '../chat/terminal.js';
import type { CommandCall, CommandDefinition } from '../runtime/command.js';
import { withContext } from '../runtime/context.js';
import { addGrammarOptions, type GrammarFlags, grammarOf } from '../runtime/grammars.js';
import { addModelOptions, type ModelContext, type ModelOptions, withModel } from '../runtime/model.js';
import {
  cacheForm,
  cacheHelp,
  inputFile,
  positiveWholeNumber,
  seed,
  share,
  temperature,
  wholeNumber,
} from '../runtime/option-values.js';
import { addJsonOption } from '../runtime/options.js';
import { samplingOf } from '../runtime/sampling.js';
import { printNote, printText } from '../terminal/output.js';
import { chunksFrom, isPiped } from '../text/chunks.js';
import { isObject, parseJson } from '../text/files.js';
import { linesOf, withoutEnd } from '../text/lines.js';

interface Options extends ModelOptions, GrammarFlags {
  readonly message?: string;
  readonly system?: string;
  readonly messages?: string;
  readonly tools?: string;
  readonly template?: string;
  readonly templateOptions?: string;
  readonly render?: boolean;
  readonly maxNewTokens?: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed?: number;
  readonly cache?: CacheForm;
  readonly json?: boolean;
}

/** `residual chat`: a conversation with a model that follows instructions, in a terminal, through a pipe, or once. */
export const chatCommand: CommandDefinition<Options> = {
  declare: command => {
    addModelOptions(command, 'an instruction checkpoint')
      .option('--message <text>', 'one message, then the answer and the end (default: lines of a terminal or a pipe)')
      .option('--system <text>', 'the system prompt')
      .option('--messages <file>', 'a JSON file with the messages so far, as /save writes it', inputFile)
      .option('--tools <file>', 'a JSON file with the tools that the model may call, as JSON schemas', inputFile)
      .option('--template <name>', 'which chat template, if there are several')
      .option('--template-options <json>', 'variables of the template, such as {"enableThinking": false}')
      .addOption(new Option('--render', 'print the prompt that the template makes, and nothing else; needs no weights'))
      .option('--max-new-tokens <n>', 'the largest number of tokens of an answer', wholeNumber)
      .option('--temperature <t>', '0 is greedy, 1 samples from the distribution of the model', temperature)
      .option('--top-k <k>', 'sample from the k likeliest tokens', positiveWholeNumber)
      .option('--top-p <p>', 'sample from the likeliest tokens whose probabilities sum up to p', share)
      .option('--seed <s>', 'the seed of sampling (default: a new one for each answer)', seed)
      .option('--cache <form>', cacheHelp, cacheForm);
    addGrammarOptions(command, 'each answer');
    return addJsonOption(command, 'print one JSON object for each answer');
  },
  run: async call => {
    const messages = await messagesOf(call.options);
    const options = await chatOptions(call.options);
    if (call.options.render) return render(call, messages, options);
    return withModel(call, context => chat(messages, options, call.options, context));
  },
};

/** The messages of the options. */
async function messagesOf({ messages: file, system, message }: Options): Promise<ChatMessage[]> {
  const messages = file === undefined ? [] : await readMessages(file);
  if (system !== undefined && messages[0]?.role === 'system') messages.shift();
  if (system !== undefined) messages.unshift({ role: 'system', content: system });
  if (message !== undefined) messages.push({ role: 'user', content: message });
  return messages;
}

/** The options of `model.chat`. */
async function chatOptions(options: Options): Promise<ChatOptions> {
  const { maxNewTokens, temperature, topK, topP, seed, cache, template, templateOptions: json } = options;
  const tools = options.tools === undefined ? undefined : await readTools(options.tools);
  const templateOptions = json === undefined ? undefined : parseJson('chat', json, '--template-options');
  if (templateOptions !== undefined && !isObject(templateOptions))
    throw new ResidualError('option', 'chat: --template-options must be an object, such as {"enableThinking": false}');
  const grammar = await grammarOf('chat', options);
  const all = { maxNewTokens, temperature, topK, topP, seed, cache, template, templateOptions, tools, ...grammar };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as ChatOptions;
}

/** Prints the prompt, without a line end of its own. */
function render(
  { command, options: { model } }: CommandCall<Options>,
  messages: readonly ChatMessage[],
  { tools, template, templateOptions }: ChatOptions,
): Promise<number> {
  return withContext(command, undefined, async ({ signal }) => {
    const { openChatTemplate } = await import('@residual/model');
    const opened = await openChatTemplate(model, { signal });
    printText(
      opened.render(messages, {
        addGenerationPrompt: messages.at(-1)?.role !== 'assistant',
        ...(tools && { tools }),
        ...(template !== undefined && { template }),
        ...(templateOptions && { templateOptions }),
      }),
    );
    return 0;
  });
}

async function chat(
  messages: readonly ChatMessage[],
  options: ChatOptions,
  { message, json = false }: Options,
  { model, signal }: ModelContext,
): Promise<number> {
  if (model.chatTemplates.length === 0) await model.renderChat([{ role: 'user', content: 'Hi' }]); // its error says why
  using conversation = model.conversation();
  const sampling = await samplingOf(options, model.generationConfig);
  const session = new ChatSession({ conversation, messages, options: { ...options, ...sampling }, json });
  if (message !== undefined) {
    await session.answer(signal);
    return 0;
  }
  if (process.stdin.isTTY) {
    printNote('Type a message; /help shows the commands, Ctrl-D ends the chat.');
    await chatInTerminal(session, { input: process.stdin, output: process.stdout, signal });
    return 0;
  }
  if (session.isOpen) await session.answer(signal);
  if (!isPiped() && process.stdin.readable === false) return 0;
  for await (const line of linesOf(chunksFrom('chat', { signal }))) {
    const content = withoutEnd(line);
    if (content.trim() === '') continue;
    session.say(content);
    await session.answer(signal);
  }
  return 0;
}
