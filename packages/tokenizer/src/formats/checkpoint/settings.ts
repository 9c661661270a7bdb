import { abbreviateJson, failFile } from '../../errors.js';
import { describeType, Fields } from '../json/fields.js';

/** Returns the bytes of a file of the checkpoint; undefined if it does not exist. */
export type ReadFile = (name: string) => Promise<Uint8Array | undefined>;

/** The text of a file; undefined if it does not exist. */
export async function readText(read: ReadFile, name: string): Promise<string | undefined> {
  const bytes = await read(name);
  return bytes && new TextDecoder().decode(bytes);
}

/** The object in a JSON file; undefined if the file does not exist. */
export async function readObject(read: ReadFile, name: string): Promise<Record<string, unknown> | undefined> {
  const text = await readText(read, name);
  return text === undefined ? undefined : parseObject(text, name);
}

/** Parses a JSON object. The error names the file if the text is none. */
export function parseObject(text: string, name: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return failFile(`${name} is not JSON: ${(error as Error).message}`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  return failFile(`${name} must be an object, it is ${describeType(value)}`);
}

/** The settings in `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`. */
export interface CheckpointSettings {
  /** All settings. Those of `tokenizer_config.json` take precedence. */
  readonly fields: Fields;
  readonly values: Readonly<Record<string, unknown>>;
  /** Further tokens by id, as entries of `added_tokens` of `tokenizer.json`. */
  readonly addedTokens: ReadonlyMap<number, AddedTokenJson>;
  /** The tokenizer class or the model type in lower-case letters and digits: `t5`, `xlmroberta`, `mbart50`. */
  readonly family: string;
}

/** An entry of `added_tokens`. */
export interface AddedTokenJson {
  readonly id: number;
  readonly content: string;
  readonly special: boolean;
  readonly lstrip?: boolean;
  readonly rstrip?: boolean;
  readonly normalized?: boolean;
  readonly single_word?: boolean;
}

/** Reads the settings files of a checkpoint. `modelType` comes from the model's `config.json`. */
export async function readSettings(read: ReadFile, modelType: string | undefined): Promise<CheckpointSettings> {
  const [config, special, addedTokens] = await Promise.all(
    ['tokenizer_config.json', 'special_tokens_map.json', 'added_tokens.json'].map(name => readObject(read, name)),
  );
  const values = { ...special, ...config };
  const fields = new Fields(values, 'tokenizer_config.json');
  return {
    fields,
    values,
    addedTokens: readExtraTokens(fields, addedTokens ?? {}),
    family: familyOf(values, modelType),
  };
}

function familyOf({ tokenizer_class: given }: Record<string, unknown>, modelType: string | undefined): string {
  const name = typeof given === 'string' ? given.replace(/Tokenizer(Fast)?$/, '') : '';
  const isGeneral = ['', 'PreTrained', 'Tokenizers', 'TokenizersBackend'].includes(name);
  return (isGeneral ? (modelType ?? '') : name).toLowerCase().replace(/[^a-z0-9]/g, '');
}

function readExtraTokens(fields: Fields, plain: Record<string, unknown>): Map<number, AddedTokenJson> {
  const addedTokens = new Map<number, AddedTokenJson>();
  for (const [content, id] of Object.entries(plain)) {
    if (typeof id !== 'number') return failFile(`added_tokens.json gives "${content}" the id ${abbreviateJson(id)}`);
    addedTokens.set(id, { id, content, special: false });
  }
  if (!fields.has('added_tokens_decoder')) return addedTokens;
  const decoder = fields.object('added_tokens_decoder');
  for (const key of Object.keys(fields.raw('added_tokens_decoder') as object)) {
    const id = Number(key);
    const token = decoder.object(key);
    const flags = Object.fromEntries(
      ['lstrip', 'rstrip', 'normalized', 'single_word'].map(flag => [flag, token.boolean(flag, false)]),
    );
    addedTokens.set(id, { id, content: token.string('content'), special: token.boolean('special', false), ...flags });
  }
  return addedTokens;
}

/** The names of special tokens in `special_tokens_map.json`, without `_token`. */
export const specialTokenNames = ['bos', 'eos', 'unk', 'sep', 'pad', 'cls', 'mask'] as const;

/** The contents of special tokens by name. */
export type SpecialTokensMap = { readonly [role in (typeof specialTokenNames)[number]]?: string };

/** The special tokens that the settings name, otherwise the defaults. Null in the settings means none. */
export function specialTokensMapOf({ fields }: CheckpointSettings, defaults: SpecialTokensMap): SpecialTokensMap {
  const named = specialTokenNames.map(role => {
    const name = `${role}_token`;
    if (fields.raw(name) === undefined) return [role, defaults[role]] as const;
    if (!fields.has(name)) return [role, undefined] as const;
    const isText = typeof fields.raw(name) === 'string';
    return [role, isText ? fields.string(name) : fields.object(name).string('content')] as const;
  });
  return Object.fromEntries(named.filter(([, token]) => token !== undefined));
}

/**
 * The special tokens that have an id, and all other added tokens, each once. In most families the mask token strips the
 * white space to its left.
 */
export function collectAddedTokens(
  settings: CheckpointSettings,
  specialTokens: SpecialTokensMap,
  idOf: (token: string) => number | undefined,
  maskStripsLeft = true,
): AddedTokenJson[] {
  const { fields, addedTokens } = settings;
  const further = fields.has('additional_special_tokens') ? fields.array('additional_special_tokens') : [];
  const names = further.map(token =>
    typeof token === 'string' ? token : new Fields(token, 'token').string('content'),
  );
  const tokens = new Map(addedTokens);
  const contents = new Set([...addedTokens.values()].map(({ content }) => content));
  for (const content of [...Object.values(specialTokens), ...names]) {
    const id = idOf(content);
    if (id === undefined || contents.has(content) || tokens.has(id)) continue;
    contents.add(content);
    tokens.set(id, {
      id,
      content,
      special: true,
      normalized: false,
      lstrip: maskStripsLeft && content === specialTokens.mask,
    });
  }
  return [...tokens.values()].sort((a, b) => a.id - b.id);
}

/** The special tokens as settings for `tokenizerFromJson`. */
export const specialTokenSettings = (specialTokens: SpecialTokensMap): Record<string, string> =>
  Object.fromEntries(Object.entries(specialTokens).map(([role, token]) => [`${role}_token`, token]));
