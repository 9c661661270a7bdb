import { expect, test } from 'vitest';
import { type Moment, play, writing } from './writing.js';

test('sentences are written letter by letter, one after the other, and the first ends them', () => {
  const moments = [...writing(['a😀b', 'cd'])];
  expect(moments.map(({ text }) => text)).toEqual(['a', 'a😀', 'a😀b', 'c', 'cd', 'a', 'a😀', 'a😀b']);
  expect(moments.filter(({ isWhole }) => isWhole).map(({ text }) => text)).toEqual(['a😀b', 'cd', 'a😀b']);
});

const momentOf = (text: string, isWhole: boolean): Moment => ({ text, isWhole, pause: 0 });

test('a sentence that is interrupted is completed, and no other begins', async () => {
  const moments = [momentOf('a', false), momentOf('ab', false), momentOf('abc', true), momentOf('d', false)];
  const stop = new AbortController();
  const shown: string[] = [];
  const show = ({ text }: Moment) => {
    shown.push(text);
    if (text === 'a') stop.abort();
  };
  await play(moments, show, stop.signal);
  expect(shown).toEqual(['a', 'abc']);
});

test('an interruption after a whole sentence leaves it', async () => {
  const moments = [momentOf('ab', true), momentOf('c', false), momentOf('cd', true)];
  const stop = new AbortController();
  const shown: string[] = [];
  const show = ({ text }: Moment) => {
    shown.push(text);
    stop.abort();
  };
  await play(moments, show, stop.signal);
  expect(shown).toEqual(['ab']);
});
