import { type Bomb, type BombTarget, bombsOf } from '@residual/testkit/bombs';
import { openTokenizer } from '../formats/checkpoint/index.js';
import { tokenizerFromJson } from '../formats/json/load.js';
import { sentencePieceTokenizer } from '../formats/sentencepiece/index.js';
import { tiktokenTokenizer } from '../formats/tiktoken/index.js';
import type { Tokenizer } from '../tokenizer.js';
import { encodeModelProto } from './model-bytes.js';

/** Uses a tokenizer as users do, including the settings of its file. */
function use(tokenizer: Tokenizer, text = "Aa bé 🙂 <s> it's 123\n"): void {
  const { truncation, padding } = tokenizer;
  const encoding = tokenizer.encode(text, { truncation, padding });
  if (text.length < 1000) encoding.tokens.concat(tokenizer.encode(text, { pair: text }).tokens);
  const ids = encoding.ids.slice(0, 100);
  tokenizer.decode(ids, { skipSpecialTokens: false });
  const stream = tokenizer.decodeStream();
  for (const id of ids) stream.push(id);
  stream.flush();
}

const word = { type: 'WordLevel', vocab: { '[UNK]': 0, a: 1 }, unk_token: '[UNK]' };
const file = (parts: object): object => ({ model: word, ...parts });
const split = (Regex: string) => file({ pre_tokenizer: { type: 'Split', pattern: { Regex }, behavior: 'Isolated' } });
const times = (count: number, part: object) => Array<object>(count).fill(part);
const doubled = (pattern: object) => times(40, { type: 'Replace', pattern, content: 'aa' });

/** Files that have taken minutes or all memory, by cause. */
const craftedFiles: Readonly<Record<string, readonly [make: () => object | string, text?: string]>> = {
  'unterminated escapes': [() => `{"a":"${'\\"'.repeat(100_000)}`],
  'unterminated escapes in a vocabulary': [() => `{"model":{"vocab":{"${'\\"'.repeat(100_000)}`],
  'an atomic group of many': [() => split('(?>a{0,1000000000})'), 'aaaa'],
  'many alternatives': [() => split('(?:ab|a){1000000000}'), 'aaaa'],
  'many back references': [() => split('((a|b)\\2){1000000000}'), 'aaaa'],
  'many times nothing': [() => split('(?:(?:){100000}){100000}')],
  'many choices in an atomic group': [() => split('(?>a{0,90000})b'), 'a'.repeat(100_000)],
  'many in many': [() => split('(?=(?:(?:(?:a{99}){99}){99}){99})'), 'a'.repeat(100_000)],
  'a range of all characters, often': [() => split('(?i)[\\x{0}-\\x{10ffff}]'.repeat(200))],
  'groups in groups': [() => split('('.repeat(9000))],
  'classes in classes': [() => split('[a&&'.repeat(2000))],
  'switches in switches': [() => split('(?i)'.repeat(2000))],
  'a long expression': [() => split('a|'.repeat(100_000))],
  'many sets of states': [
    () => split('(?:a|b)*a(?:a|b){2000}c'),
    Array.from({ length: 100_000 }, (_, index) => 'ab'[((index * 7919) >> 3) & 1]).join(''),
  ],
  'back references in many words': [
    () =>
      file({
        pre_tokenizer: {
          type: 'Sequence',
          pretokenizers: [
            { type: 'WhitespaceSplit' },
            { type: 'Split', pattern: { Regex: '(?:(a)|a)*\\1b' }, behavior: 'Isolated' },
          ],
        },
      }),
    `${'a'.repeat(23)} `.repeat(4000),
  ],
  'padding to many': [() => file({ padding: { strategy: { Fixed: 2_000_000_000 } } })],
  'padding to a multiple of many': [
    () => file({ padding: { strategy: 'BatchLongest', pad_to_multiple_of: 2_000_000_000 } }),
  ],
  'windows that overlap': [
    () =>
      file({
        truncation: { max_length: 5000, stride: 4999 },
        pre_tokenizer: { type: 'WhitespaceSplit' },
      }),
    'a '.repeat(20_000),
  ],
  'a normalizer that doubles': [
    () => file({ normalizer: { type: 'Sequence', normalizers: doubled({ String: 'a' }) } }),
    'a',
  ],
  'an expression that doubles': [
    () => file({ normalizer: { type: 'Sequence', normalizers: doubled({ Regex: 'a' }) } }),
    'a',
  ],
  'bytes of bytes': [() => file({ normalizer: { type: 'Sequence', normalizers: times(40, { type: 'ByteLevel' }) } })],
  'pieces of bytes of bytes': [
    () => file({ pre_tokenizer: { type: 'Sequence', pretokenizers: times(40, { type: 'ByteLevel' }) } }),
  ],
  'a decoder that doubles': [() => file({ decoder: { type: 'Sequence', decoders: doubled({ String: 'a' }) } }), 'a'],
  'a decoder with an expression that doubles': [
    () => file({ decoder: { type: 'Sequence', decoders: doubled({ Regex: 'a' }) } }),
    'a',
  ],
  'decoders that set apart': [
    () =>
      file({
        decoder: { type: 'Sequence', decoders: times(40, { type: 'CTC', pad_token: '#', word_delimiter_token: '' }) },
      }),
    'a',
  ],
  'many parts': [() => file({ normalizer: { type: 'Sequence', normalizers: times(100_000, { type: 'NFC' }) } })],
  'many tokens around a text': [
    () =>
      file({
        post_processor: {
          type: 'TemplateProcessing',
          single: times(100_000, { SpecialToken: { id: 'x', type_id: 0 } }),
          special_tokens: { x: { ids: Array<number>(100_000).fill(1) } },
        },
      }),
  ],
  'a long added token': [() => file({ added_tokens: [{ id: 2, content: 'a'.repeat(1_000_000) }] })],
  'many added tokens': [
    () =>
      file({ added_tokens: Array.from({ length: 50_000 }, (_, index) => ({ id: index + 2, content: `t${index}` })) }),
    't'.repeat(100_000),
  ],
};

/** Crafted tokenizer.json files, each with a text. */
export const crafted: BombTarget<readonly [object | string, string | undefined]> = {
  *inputs() {
    for (const [name, [make, text]] of Object.entries(craftedFiles)) yield { name, make: () => [make(), text] };
  },
  read: ([json, text]) => use(tokenizerFromJson(json), text),
};

const everything = {
  version: '1.0',
  truncation: { max_length: 9, stride: 1, strategy: 'LongestFirst', direction: 'Right' },
  padding: { strategy: { Fixed: 3 }, pad_to_multiple_of: 2, pad_id: 1, pad_type_id: 0, pad_token: 'a' },
  added_tokens: [{ id: 2, content: '<s>', special: true, normalized: false }],
  normalizer: {
    type: 'Sequence',
    normalizers: [
      { type: 'Replace', pattern: { Regex: 'x+' }, content: 'y' },
      { type: 'Strip', strip_left: true },
    ],
  },
  pre_tokenizer: { type: 'Sequence', pretokenizers: [{ type: 'FixedLength', length: 5 }, { type: 'WhitespaceSplit' }] },
  post_processor: {
    type: 'TemplateProcessing',
    single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
    pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { '<s>': { id: '<s>', ids: [2], tokens: ['<s>'] } },
  },
  decoder: { type: 'Strip', content: 'a', start: 1, stop: 1 },
};
const models = {
  WordPiece: { type: 'WordPiece', vocab: { '[UNK]': 0, a: 1 }, max_input_chars_per_word: 9 },
  BPE: { type: 'BPE', vocab: { a: 0, b: 1, ab: 2 }, merges: [['a', 'b']], dropout: 0.5 },
  Unigram: {
    type: 'Unigram',
    unk_id: 0,
    vocab: [
      ['<unk>', 0],
      ['a', -1.5],
    ],
  },
};

const bert = {
  type: 'BertNormalizer',
  clean_text: true,
  handle_chinese_chars: true,
  strip_accents: null,
  lowercase: true,
};
const byteLevel = { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true };
const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: true };

/** Fewer wrong types than exist: hostile.test.ts has the others. */
const types = ['null', '5', '"x"', '[null]', '{"x":null}'];

/** Hostile variants of tokenizer.json files: of everything but the model, and of each kind of model. */
export const tokenizerJson: BombTarget = {
  *inputs() {
    yield* bombsOf({ ...everything, model: word }, { count: 5000, types });
    for (const [name, model] of Object.entries(models)) {
      for (const bomb of bombsOf({ model }, { count: 20_000, types })) yield { ...bomb, name: `${name} ${bomb.name}` };
    }
  },
  read: json => use(tokenizerFromJson(json)),
  seeds: () =>
    [
      { ...everything, model: word },
      { ...everything, model: models.WordPiece, normalizer: bert, pre_tokenizer: { type: 'BertPreTokenizer' } },
      { ...everything, model: models.BPE, pre_tokenizer: byteLevel, decoder: byteLevel },
      { ...everything, model: models.Unigram, pre_tokenizer: metaspace, decoder: metaspace },
    ].map(json => JSON.stringify(json)),
};

const folder = {
  'tokenizer_config.json': {
    tokenizer_class: 'GPT2Tokenizer',
    added_tokens_decoder: { 5: { content: '<x>', special: true } },
    additional_special_tokens: ['<y>'],
    bos_token: 'a',
    add_prefix_space: false,
    model_max_length: 10,
    extra_ids: 5,
  },
  'vocab.json': { a: 0, b: 1, ab: 2, '<|endoftext|>': 3 },
};
const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Hostile variants of the files of a folder without tokenizer.json. */
export const folders: BombTarget<Readonly<Record<string, string>>> = {
  *inputs() {
    const others = {
      ...Object.fromEntries(Object.entries(folder).map(([name, json]) => [name, JSON.stringify(json)])),
      'merges.txt': 'a b',
    };
    for (const [name, json] of Object.entries(folder)) {
      for (const bomb of bombsOf(json, { count: 5000, types })) {
        yield { name: `${name} ${bomb.name}`, make: () => ({ ...others, [name]: bomb.make() }) };
      }
    }
    const long = (name: string, text: () => string): Bomb<Readonly<Record<string, string>>> => ({
      name: `${name} is long`,
      make: () => ({ ...others, [name]: text() }),
    });
    yield long('merges.txt', () => 'a b\n'.repeat(100_000));
    yield long('merges.txt', () => `${'a'.repeat(100_000)} b`);
    yield { name: 'vocab.txt of one line', make: () => ({ 'vocab.txt': `[UNK]\n${'a'.repeat(100_000)}` }) };
    yield {
      name: 'many <extra_id_>',
      make: () => ({
        'tokenizer_config.json': '{"tokenizer_class":"T5Tokenizer","extra_ids":2147483647}',
        'spiece.model': '',
      }),
    };
  },
  async read(files) {
    const read = async (name: string) =>
      name === 'spiece.model' && name in files ? piecesOf(2) : name in files ? bytesOf(files[name]!) : undefined;
    const tokenizer = await openTokenizer(read);
    if (tokenizer) use(tokenizer);
  },
  seeds: (): Readonly<Record<string, string>>[] => [
    {
      ...Object.fromEntries(Object.entries(folder).map(([name, json]) => [name, JSON.stringify(json)])),
      'merges.txt': '#version: 0.2\na b\n',
    },
    {
      'tokenizer_config.json': JSON.stringify({
        tokenizer_class: 'BertTokenizer',
        do_lower_case: true,
        unk_token: '[UNK]',
      }),
      'vocab.txt': '[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n##b\n',
    },
  ],
};

const piecesOf = (count: number) =>
  encodeModelProto({
    pieces: [['<unk>', 0, 2], ...Array.from({ length: count }, (_, index) => [`▁${index}`, -1] as const)],
  });

/** Hostile variants of SentencePiece models: each byte changed, huge lengths and numbers. */
export const sentencePiece: BombTarget<Uint8Array> = {
  *inputs() {
    const model = piecesOf(2);
    const huge = [0xff, 0xff, 0xff, 0xff, 0x07];
    for (let at = 0; at < model.length; at++) {
      yield { name: `byte ${at} = 255`, make: () => model.with(at, 255) };
      yield {
        name: `byte ${at} = 2³¹`,
        make: () => Uint8Array.from([...model.slice(0, at), ...huge, ...model.slice(at + 1)]),
      };
    }
    yield { name: '100,000 pieces', make: () => piecesOf(100_000) };
    yield {
      name: 'a long piece',
      make: () =>
        encodeModelProto({
          pieces: [
            ['<unk>', 0, 2],
            ['a'.repeat(100_000), 0],
          ],
        }),
    };
  },
  read: bytes => use(sentencePieceTokenizer(bytes)),
  seeds: () => [piecesOf(2), piecesOf(7)],
};

const ranks = Array.from({ length: 256 }, (_, byte) => `${btoa(String.fromCharCode(byte))} ${byte}`);

/** Hostile rank files. */
export const tiktoken: BombTarget = {
  *inputs() {
    const further = (name: string, lines: () => readonly string[]): Bomb => ({
      name,
      make: () => [...ranks, ...lines()].join('\n'),
    });
    for (const rank of ['2147483648', '9007199254740992', '1e999', '-1', '9'.repeat(100_000)]) {
      yield further(`rank ${rank.slice(0, 20)}`, () => [`YWI= ${rank}`]);
    }
    yield further('a long token', () => [`${btoa('ab'.repeat(50_000))} 256`]);
    yield further('a long line', () => ['x'.repeat(1_000_000)]);
    yield further('many tokens', () =>
      Array.from({ length: 100_000 }, (_, index) => `${btoa(`ab${index}`)} ${index + 256}`),
    );
  },
  read: text => use(tiktokenTokenizer(text, { encoding: 'cl100k_base' })),
  seeds: () => [[...ranks, 'YWI= 256', 'YWJj 257'].join('\n')],
};
