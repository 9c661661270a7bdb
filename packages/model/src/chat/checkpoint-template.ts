import { ResidualError } from '@residual/base';
import type { Tokenizer } from '@residual/tokenizer';
import type { ChatMessage, ChatTemplate } from '@residual/tokenizer/chat';
import { expectOpenOptions } from '../arguments.js';
import { chatTemplateFolder, readChatTemplates, readTexts } from '../load/checkpoint.js';
import { filesOf, type ModelSource, type SourceOptions } from '../load/sources/source.js';
import type { RenderChatOptions } from './options.js';

/** The texts of a checkpoint's small files by name. */
type Texts = Readonly<Record<string, string>>;

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
 * `additional_chat_templates`, from `tokenizer_config.json`, or from the metadata of a GGUF file. Throws if it has none.
 */
export async function openChatTemplate(source: ModelSource, options: SourceOptions = {}): Promise<CheckpointTemplate> {
  expectOpenOptions('openChatTemplate', options, {});
  const { signal } = options;
  const files = await filesOf(source, options);
  if (files.gguf !== undefined) {
    const { openGgufCheckpoint } = await import('../load/gguf/gguf-checkpoint.js');
    const settings = { families: undefined, ignoreConfig: undefined, convert: false, signal, onBytes: undefined };
    const { checkpoint } = await openGgufCheckpoint(files, files.gguf, settings);
    return renderingOf(await templateOf('openChatTemplate', files.origin, checkpoint.texts, checkpoint.tokenizer));
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
  texts: Texts,
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

/** The names of the chat templates in the texts of a checkpoint; none if it has no template. */
export function templateNames(texts: Texts): readonly string[] {
  const files = templateTexts(texts);
  if (files) return Object.keys(files);
  const { chat_template: template } = parsed(texts['tokenizer_config.json']);
  if (typeof template === 'string') return ['default'];
  return Array.isArray(template) ? template.map(({ name }) => String(name)) : [];
}

/** The templates that have files of their own, by name; undefined if none has. */
function templateTexts(texts: Texts): Record<string, string> | undefined {
  const folder = `${chatTemplateFolder}/`;
  const others = Object.entries(texts)
    .filter(([path]) => path.startsWith(folder))
    .map(([path, text]) => [path.slice(folder.length, -'.jinja'.length), text] as const);
  const text = texts['chat_template.jinja'];
  if (text === undefined && others.length === 0) return undefined;
  return { ...(text !== undefined && { default: text }), ...Object.fromEntries(others) };
}

/** The settings of the tokenizer, with the special tokens of the other files and of the tokenizer itself. */
function withTokens(texts: Texts, tokenizer: Tokenizer | undefined): object {
  const config = parsed(texts['tokenizer_config.json']);
  const map = parsed(texts['special_tokens_map.json']);
  const tokens = tokenFields.map(([field, id]) => {
    const own = tokenizer?.[id];
    return [field, config[field] ?? map[field] ?? (own === undefined ? undefined : tokenizer?.idToToken(own))] as const;
  });
  return { ...config, ...Object.fromEntries(tokens.filter(([, token]) => token !== undefined)) };
}

/** A parsed file; empty without one, or where it is no record: reading the tokenizer says so. */
function parsed(text: string | undefined): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text ?? '{}');
    return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  } catch {
    return {};
  }
}
