import type { Roles, Settings } from './checkpoint-files.js';
import { m2m100Languages, mbart50Languages, mbartLanguages, nllbLanguages } from './languages.js';

/** What a family makes of a SentencePiece model: which ids its pieces have, which tokens stand beside them and around a text. */
export interface PieceLayout {
  readonly roles: Roles;
  /** Tokens with ids of their own. Pieces of these names have no other. */
  readonly fixed: Readonly<Record<string, number>>;
  /** What is added to the place of a piece in the model. */
  readonly offset: number;
  /** `$A` and `$B` stand for the texts, `$B:1` for one of type id 1; everything else is a token. */
  readonly single: readonly string[];
  readonly pair: readonly string[];
  /** Normalizers that come before the model's own, in the form of `tokenizer.json`. */
  readonly before?: readonly object[];
}

const indexed = (tokens: readonly string[], from: number) =>
  Object.fromEntries(tokens.map((token, index) => [token, from + index]));
const fairseq = { '<s>': 0, '<pad>': 1, '</s>': 2, '<unk>': 3 };
const fairseqRoles: Roles = {
  bos: '<s>',
  eos: '</s>',
  sep: '</s>',
  cls: '<s>',
  unk: '<unk>',
  pad: '<pad>',
  mask: '<mask>',
};
const ends = (around: (text: string) => string[]) => ({ single: around('$A'), pair: [...around('$A'), '$B', '</s>'] });

/** Published models have 100 sentinels. */
const mostExtras = 10_000;

/** The layout of a family for a model of `count` pieces; families that are not known take the ids of the model itself. */
export function pieceLayout(settings: Settings, count: number): PieceLayout {
  const { fields, family } = settings;
  const language = (fallback: string) => fields.string('src_lang', fallback);
  switch (family) {
    case 't5':
    case 'mt5':
    case 'umt5': {
      const extras = fields.count('extra_ids', family === 't5' ? 100 : 0, mostExtras);
      const names = Array.from({ length: extras }, (_, index) => `<extra_id_${extras - 1 - index}>`);
      return {
        roles: { eos: '</s>', unk: '<unk>', pad: '<pad>' },
        fixed: indexed(names, count),
        offset: 0,
        ...ends(text => [text, '</s>']),
      };
    }
    case 'albert':
      return { ...albert(settings), offset: 0, fixed: {} };
    case 'xlnet':
      return {
        roles: { bos: '<s>', eos: '</s>', unk: '<unk>', sep: '<sep>', pad: '<pad>', cls: '<cls>', mask: '<mask>' },
        fixed: {},
        offset: 0,
        single: ['$A', '<sep>', '<cls>:2'],
        pair: ['$A', '<sep>', '$B:1', '<sep>:1', '<cls>:2'],
      };
    case 'xlmroberta':
    case 'xlmrobertaxl':
      return {
        roles: fairseqRoles,
        fixed: { ...fairseq, '<mask>': count + 1 },
        offset: 1,
        ...betweenEnds,
      };
    case 'camembert':
      return {
        roles: fairseqRoles,
        fixed: { '<s>NOTUSED': 0, '<pad>': 1, '</s>NOTUSED': 2, '<unk>': 3, '<unk>NOTUSED': 4, '<mask>': count + 4 },
        offset: 4,
        ...betweenEnds,
      };
    case 'mbart': {
      const codes = mbartLanguages();
      return {
        roles: fairseqRoles,
        fixed: { ...fairseq, ...indexed([...codes, '<mask>'], count + 1) },
        offset: 1,
        single: ['$A', '</s>', language('en_XX')],
        pair: ['$A', '$B', '</s>', language('en_XX')],
      };
    }
    case 'mbart50': {
      const codes = mbart50Languages();
      return {
        roles: fairseqRoles,
        fixed: { ...fairseq, ...indexed([...codes, '<mask>'], count + 1) },
        offset: 1,
        single: [language('en_XX'), '$A', '</s>'],
        pair: [language('en_XX'), '$A', '$B', '</s>'],
      };
    }
    case 'nllb': {
      const suffix = fields.boolean('legacy_behaviour', false);
      const around = (texts: readonly string[]) =>
        suffix ? [...texts, '</s>', language('eng_Latn')] : [language('eng_Latn'), ...texts, '</s>'];
      return {
        roles: fairseqRoles,
        fixed: { ...fairseq, ...indexed([...nllbLanguages(), '<mask>'], count + 1) },
        offset: 1,
        single: around(['$A']),
        pair: around(['$A', '$B']),
      };
    }
    case 'pegasus': {
      const masks = ['<mask_1>', '<mask_2>', ...Array.from({ length: 101 }, (_, index) => `<unk_${index + 2}>`)];
      return {
        roles: { eos: '</s>', unk: '<unk>', pad: '<pad>', mask: '<mask_2>' },
        fixed: { '<pad>': 0, '</s>': 1, ...indexed(masks, 2) },
        offset: 103,
        single: ['$A', '</s>'],
        pair: ['$A', '$B', '</s>'],
      };
    }
    default:
      return general(settings);
  }
}

const betweenEnds = {
  single: ['<s>', '$A', '</s>'],
  pair: ['<s>', '$A', '</s>', '</s>', '$B', '</s>'],
};

/** M2M-100, whose `vocab.json` names the ids of the pieces; languages follow. */
export function m2m100Layout({ fields }: Settings, count: number): Omit<PieceLayout, 'offset'> {
  const source = `__${fields.string('src_lang', 'en').replace(/^__|__$/g, '')}__`;
  return {
    roles: { bos: '<s>', eos: '</s>', sep: '</s>', unk: '<unk>', pad: '<pad>' },
    fixed: indexed(m2m100Languages(), count),
    single: [source, '$A', '</s>'],
    pair: [source, '$A', '$B', '</s>'],
  };
}

function albert({ fields }: Settings): Pick<PieceLayout, 'roles' | 'single' | 'pair' | 'before'> {
  const quotes = ['``', "''"].map(quote => ({ type: 'Replace', pattern: { String: quote }, content: '"' }));
  return {
    roles: { bos: '[CLS]', eos: '[SEP]', unk: '<unk>', sep: '[SEP]', pad: '<pad>', cls: '[CLS]', mask: '[MASK]' },
    single: ['[CLS]', '$A', '[SEP]'],
    pair: ['[CLS]', '$A', '[SEP]', '$B:1', '[SEP]:1'],
    before: [
      ...quotes,
      ...(fields.boolean('keep_accents', false) ? [] : [{ type: 'NFKD' }, { type: 'StripAccents' }]),
      ...(fields.boolean('do_lower_case', true) ? [{ type: 'Lowercase' }] : []),
    ],
  };
}

/** Llama, Gemma and others: a beginning token in front unless the settings say otherwise. */
function general({ fields, family }: Settings): PieceLayout {
  const begins = ['llama', 'codellama', 'mistral', 'mixtral', 'gemma', 'gemma2', 'gemma3', 'phi3'].includes(family);
  const bos = fields.boolean('add_bos_token', begins) ? ['bos'] : [];
  const eos = fields.boolean('add_eos_token', false) ? ['eos'] : [];
  return {
    roles: {},
    fixed: {},
    offset: 0,
    single: [...bos, '$A', ...eos],
    pair: [...bos, '$A', ...eos, ...bos.map(token => `${token}:1`), '$B:1', ...eos.map(token => `${token}:1`)],
  };
}
