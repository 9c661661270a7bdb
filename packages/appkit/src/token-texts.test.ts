import { expect, test } from 'vitest';
import { tokenTexts } from './token-texts.js';

test('the text of a token is the text that it adds in the middle of a text, and is decoded once', async () => {
  const words = ['▁the', '▁a', 's', '<0xC3>'];
  const decoded: string[] = [];
  // like a decoder that strips the space at the beginning of a text
  const decode = async (ids: readonly number[]) => {
    decoded.push(ids.join(' '));
    const text = ids.map(id => words[id]!.replace('▁', ' ').replace('<0xC3>', '\ufffd'));
    return text.join('').replace(/^ /, '');
  };
  const textsOf = tokenTexts(decode);
  expect(await textsOf([0, 2, 3, 0])).toEqual([' the', 's', '\ufffd', ' the']);
  await textsOf([0]);
  expect(decoded).toEqual(['0', '0 0', '2', '2 2', '3', '3 3']);
});
