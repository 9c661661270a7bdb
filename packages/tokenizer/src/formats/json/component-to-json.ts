import { failFile } from '../../errors.js';
import type { Json } from './fields.js';

/** The fields of a component in the reference's order, with the values that the reference writes for absent fields. */
interface ComponentForm {
  readonly fields: Json;
  /** The field that holds components of the same kind. */
  readonly list?: string;
  /** Converts spellings of older files. */
  readonly modern?: (json: Json) => Json;
}

const required = undefined; // no default: the loader has checked that the field exists

const byteLevel: ComponentForm = { fields: { add_prefix_space: true, trim_offsets: true, use_regex: true } };

const metaspace: ComponentForm = {
  fields: { replacement: '▁', prepend_scheme: 'always', split: true },
  modern: json =>
    json.prepend_scheme === undefined && json.add_prefix_space === false ? { ...json, prepend_scheme: 'never' } : json,
};

const replace: ComponentForm = { fields: { pattern: required, content: required } };
const none: ComponentForm = { fields: {} };

/** The form of each component that can be read, by kind and type. */
const forms = {
  normalizer: {
    BertNormalizer: { fields: { clean_text: true, handle_chinese_chars: true, strip_accents: null, lowercase: true } },
    ByteLevel: none,
    Lowercase: none,
    NFC: none,
    NFD: none,
    NFKC: none,
    NFKD: none,
    Nmt: none,
    Precompiled: { fields: { precompiled_charsmap: '' } },
    Prepend: { fields: { prepend: required } },
    Replace: replace,
    Sequence: { fields: { normalizers: required }, list: 'normalizers' },
    Strip: { fields: { strip_left: true, strip_right: true } },
    StripAccents: none,
  },
  pre_tokenizer: {
    BertPreTokenizer: none,
    ByteLevel: byteLevel,
    CharDelimiterSplit: { fields: { delimiter: required } },
    Digits: { fields: { individual_digits: false } },
    FixedLength: { fields: { length: 5 } },
    Metaspace: metaspace,
    Punctuation: { fields: { behavior: 'Isolated' } },
    Sequence: { fields: { pretokenizers: required }, list: 'pretokenizers' },
    Split: { fields: { pattern: required, behavior: required, invert: false } },
    UnicodeScripts: none,
    Whitespace: none,
    WhitespaceSplit: none,
  },
  post_processor: {
    BertProcessing: { fields: { sep: required, cls: required } },
    ByteLevel: byteLevel,
    RobertaProcessing: { fields: { sep: required, cls: required, trim_offsets: true, add_prefix_space: true } },
    Sequence: { fields: { processors: required }, list: 'processors' },
    TemplateProcessing: {
      fields: { single: required, pair: required, special_tokens: required },
      modern: templateToJson,
    },
  },
  decoder: {
    BPEDecoder: { fields: { suffix: '</w>' } },
    ByteFallback: none,
    ByteLevel: byteLevel,
    CTC: { fields: { pad_token: '<pad>', word_delimiter_token: '|', cleanup: true } },
    Fuse: none,
    Metaspace: metaspace,
    Replace: replace,
    Sequence: { fields: { decoders: required }, list: 'decoders' },
    Strip: { fields: { content: required, start: required, stop: required } },
    WordPiece: { fields: { prefix: '##', cleanup: true } },
  },
} satisfies { readonly [kind: string]: { readonly [type: string]: ComponentForm } };

/** A component as the reference writes it: all fields, in its order. An unknown type is an error. */
export function componentToJson(kind: keyof typeof forms, json: Json): Json {
  const known: { readonly [type: string]: ComponentForm } = forms[kind];
  const type = String(json.type);
  const form = Object.hasOwn(known, type) ? known[type]! : undefined;
  if (form === undefined)
    return failFile(`${kind} type "${type}" cannot be saved; ${Object.keys(known).join(', ')} can`);
  const { fields, list, modern } = form;
  const output = { type, ...withDefaults(fields, modern ? modern(json) : json) };
  if (list === undefined) return output;
  return { ...output, [list]: (json[list] as readonly Json[]).map(inner => componentToJson(kind, inner)) };
}

/** The named fields of an object in the order of `defaults`, which supplies absent values. */
export const withDefaults = (defaults: Json, json: Json): Json =>
  Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, json[name] ?? value]));

/** A template with its type ids and with its special tokens sorted by name. */
function templateToJson(json: Json): Json {
  const single = json.single as readonly Json[];
  const items = (list: readonly Json[]) =>
    list.map(item => {
      const [[kind, of]] = Object.entries(item) as [[string, Json]];
      return { [kind]: withDefaults({ id: required, type_id: 0 }, of) };
    });
  const special = Object.entries(json.special_tokens as { readonly [name: string]: Json });
  special.sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    single: items(single),
    pair: items((json.pair ?? single) as readonly Json[]),
    special_tokens: Object.fromEntries(
      special.map(([name, token]) => [name, { id: name, ids: token.ids, tokens: token.tokens ?? [name] }]),
    ),
  };
}
