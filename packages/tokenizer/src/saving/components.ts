import { failFile } from '../errors.js';

/** A JSON object. */
export type Json = { readonly [name: string]: unknown };

/** The fields of a component in the order in which the reference writes them, with what it writes where a file says nothing. */
interface Form {
  readonly fields: Json;
  /** The field that holds components of the same kind. */
  readonly list?: string;
  /** Further spellings of older files, brought into today's. */
  readonly modern?: (json: Json) => Json;
}

const needed = undefined; // without a default: the loader has seen that it is there

const byteLevel: Form = { fields: { add_prefix_space: true, trim_offsets: true, use_regex: true } };

const metaspace: Form = {
  fields: { replacement: '▁', prepend_scheme: 'always', split: true },
  modern: json =>
    json.prepend_scheme === undefined && json.add_prefix_space === false ? { ...json, prepend_scheme: 'never' } : json,
};

const replace: Form = { fields: { pattern: needed, content: needed } };
const none: Form = { fields: {} };

/** What the reference writes of each component that can be read, by kind and type. */
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
    Prepend: { fields: { prepend: needed } },
    Replace: replace,
    Sequence: { fields: { normalizers: needed }, list: 'normalizers' },
    Strip: { fields: { strip_left: true, strip_right: true } },
    StripAccents: none,
  },
  pre_tokenizer: {
    BertPreTokenizer: none,
    ByteLevel: byteLevel,
    CharDelimiterSplit: { fields: { delimiter: needed } },
    Digits: { fields: { individual_digits: false } },
    FixedLength: { fields: { length: 5 } },
    Metaspace: metaspace,
    Punctuation: { fields: { behavior: 'Isolated' } },
    Sequence: { fields: { pretokenizers: needed }, list: 'pretokenizers' },
    Split: { fields: { pattern: needed, behavior: needed, invert: false } },
    UnicodeScripts: none,
    Whitespace: none,
    WhitespaceSplit: none,
  },
  post_processor: {
    BertProcessing: { fields: { sep: needed, cls: needed } },
    ByteLevel: byteLevel,
    RobertaProcessing: { fields: { sep: needed, cls: needed, trim_offsets: true, add_prefix_space: true } },
    Sequence: { fields: { processors: needed }, list: 'processors' },
    TemplateProcessing: { fields: { single: needed, pair: needed, special_tokens: needed }, modern: template },
  },
  decoder: {
    BPEDecoder: { fields: { suffix: '</w>' } },
    ByteFallback: none,
    ByteLevel: byteLevel,
    CTC: { fields: { pad_token: '<pad>', word_delimiter_token: '|', cleanup: true } },
    Fuse: none,
    Metaspace: metaspace,
    Replace: replace,
    Sequence: { fields: { decoders: needed }, list: 'decoders' },
    Strip: { fields: { content: needed, start: needed, stop: needed } },
    WordPiece: { fields: { prefix: '##', cleanup: true } },
  },
} satisfies { readonly [kind: string]: { readonly [type: string]: Form } };

/** A component as the reference writes it: all fields, in its order. What it does not know is an error. */
export function writtenComponent(kind: keyof typeof forms, json: Json): Json {
  const known: { readonly [type: string]: Form } = forms[kind];
  const type = String(json.type);
  const form = Object.hasOwn(known, type) ? known[type]! : undefined;
  if (form === undefined)
    return failFile(`${kind} type "${type}" cannot be saved; ${Object.keys(known).join(', ')} can`);
  const { fields, list, modern } = form;
  const written = { type, ...withDefaults(fields, modern ? modern(json) : json) };
  if (list === undefined) return written;
  return { ...written, [list]: (json[list] as readonly Json[]).map(inner => writtenComponent(kind, inner)) };
}

/** The named fields of an object in the order of their defaults; null where a field may be null. */
export const withDefaults = (defaults: Json, json: Json): Json =>
  Object.fromEntries(Object.entries(defaults).map(([name, value]) => [name, json[name] ?? value]));

/** A template with its type ids and with its special tokens in the order of their names. */
function template(json: Json): Json {
  const single = json.single as readonly Json[];
  const items = (list: readonly Json[]) =>
    list.map(item => {
      const [[kind, of]] = Object.entries(item) as [[string, Json]];
      return { [kind]: withDefaults({ id: needed, type_id: 0 }, of) };
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
