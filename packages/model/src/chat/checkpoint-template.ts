import { ResidualError } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import type { ChatMessage, ChatTemplate } from '@residual/tokenizer/chat';
import { expectOpenOptions } from '../arguments.js';
import { readChatTemplates, readTexts } from '../load/checkpoint.js';
import { filesOf, type ModelSource, type SourceOptions } from '../load/sources/source.js';
import type { RenderChatOptions } from './options.js';
import { type CheckpointTexts, parsedRecord, templateTexts } from './template-names.js';

/** The files that hold templates and the tokens that they print. */
const templateFiles = ['tokenizer_config.json', 'special_tokens_map.json', 'chat_template.jinja'];

/** The fields with the text of a token that templates print, and where a tokenizer has its id. */
const tokenFields = [
  ['bos_token', 'bosTokenId'],
  ['eos_token', 'eosTokenId'],
  ['pad_token', 'padTokenId'],
  ['unk_token', 'unkTokenId'],
] as const;

/** The functions of chat templates, which are loaded when a model first chats: they bring a template engine. */
const templates = () => import('@residual/tokenizer/chat');

/** The chat templates of a checkpoint. */
export interface CheckpointTemplate {
  /** The names of the templates. */
  readonly names: readonly string[];
  /** The prompt of a conversation. Throws with the template's own message if it refuses it. */
  render(messages: readonly ChatMessage[], options?: RenderChatOptions): string;
}

/**
 * The chat templates of a checkpoint, without its weights: from `chat_template.jinja` and the folder
 * `additional_chat_templates`, from `tokenizer_config.json`, or from the metadata of a GGUF file. Throws if it has
 * none.
 */
export async function openChatTemplate(source: ModelSource, options: SourceOptions = {}): Promise<CheckpointTemplate> {
  expectOpenOptions('openChatTemplate', options, {});
  const { signal } = options;
  const files = await filesOf(source, options);
  if (files.gguf !== undefined) {
    const [{ chatTemplateOf, openGgufFile }, { tokenizerFromGguf }] = await Promise.all([
      import('../load/gguf/open-gguf-file.js'),
      import('@residual/tokenizer/gguf'),
    ]);
    const file = await openGgufFile(files, files.gguf, signal, undefined);
    const tokenizer = tokenizerFromGguf(file.metadata);
    return renderingOf(await templateOf('openChatTemplate', files.origin, chatTemplateOf(file), tokenizer));
  }
  const texts = { ...(await readTexts(files, templateFiles, signal)), ...(await readChatTemplates(files, signal)) };
  return renderingOf(await templateOf('openChatTemplate', files.origin, texts, undefined));
}

async function renderingOf(template: ChatTemplate): Promise<CheckpointTemplate> {
  const { expectMessages, expectRenderOptions, templateOptionsOf } = await import('./options.js'); // as `templates`
  return {
    names: template.names,
    render: (messages, options = {}) => {
      expectRenderOptions(options);
      expectMessages('render', messages);
      return template.render(messages, templateOptionsOf('render', options));
    },
  };
}

/** The chat templates in the texts of a checkpoint. Throws if there are none. */
export async function templateOf(
  caller: string,
  origin: string,
  texts: CheckpointTexts,
  tokenizer: Tokenizer | undefined,
): Promise<ChatTemplate> {
  const { chatTemplate } = await templates();
  const config = withTokens(texts, tokenizer);
  const template = chatTemplate(config, templateTexts(texts));
  if (template) return template;
  throw new ResidualError(
    'template',
    `${caller}: ${origin} has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json), as ` +
      'models without instruction training; generate continues a text',
  );
}

/** The settings of the tokenizer, with the special tokens of the other files and of the tokenizer itself. */
function withTokens(texts: CheckpointTexts, tokenizer: Tokenizer | undefined): object {
  const config = parsedRecord(texts['tokenizer_config.json']);
  const map = parsedRecord(texts['special_tokens_map.json']);
  const tokens = tokenFields.map(([field, id]) => {
    const own = tokenizer?.[id];
    return [field, config[field] ?? map[field] ?? (own === undefined ? undefined : tokenizer?.idToToken(own))] as const;
  });
  return { ...config, ...Object.fromEntries(tokens.filter(([, token]) => token !== undefined)) };
}
