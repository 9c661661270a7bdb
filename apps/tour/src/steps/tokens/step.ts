import { row, sub, words } from '../../frame/formula.js';
import type { Step } from '../../frame/step.js';
import { preset } from '../../settings.js';
import { settings } from './settings.js';

/** Text becomes tokens. */
export const step: Step = {
  name: 'tokens',
  text: {
    title: 'Text becomes tokens',
    lead:
      'A model cannot read letters, so the text is first cut into pieces from a fixed list: the tokens. A common ' +
      'word is one piece, a rare word is put together from several, and from here on each piece is known by its ' +
      'number alone.',
    formula: {
      math: row(
        'text',
        '⟶',
        sub('t', '1'),
        ',',
        sub('t', '2'),
        ',',
        '…',
        ',',
        sub('t', 'n'),
        words('  with each '),
        sub('t', 'i'),
        '∈',
        '{',
        '0',
        ',',
        '…',
        ',',
        '5999',
        '}',
      ),
      words:
        'Byte-pair encoding starts from single bytes and joins, again and again, the pair of neighbours that is most ' +
        'frequent in a large text. 5,743 such joins gave this list, in this order (Sennrich et al. 2016).',
    },
    shapes: [
      { name: 'text', shape: 'characters' },
      { name: 'tokens', shape: '[length]' },
    ],
    code: {
      file: 'packages/tokenizer/src/tokenizer.ts',
      line: 'encode(text: string, { pair, ...options }: EncodeOptions = {}): Encoding {',
    },
  },
  settings: ['tokenId'],
  presets: [
    { label: 'the story', settings: { sentence: preset.sentence, ...settings } },
    { label: 'a rare word', settings: { sentence: 'The brachiosaurus was unbelievably happy', ...settings } },
    { label: 'another language', settings: { sentence: 'Le petit prince cherche un mouton', ...settings } },
    { label: 'an emoji', settings: { sentence: 'She smiled 😀 and said', ...settings } },
  ],
  load: () => import('./view.js'),
};
