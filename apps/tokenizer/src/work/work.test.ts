import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Tokenizer, tokenizerFromJson } from '@residual/tokenizer';
import { trainTokenizer } from '@residual/tokenizer/train';
import { Tiktoken } from 'js-tiktoken/lite';
import gpt2 from 'js-tiktoken/ranks/gpt2';
import { describe, expect, test } from 'vitest';
import { gpt2Tokens } from '../build/gpt2-ranks.js';
import { examples } from '../examples.js';
import { ranksMegabytes } from '../shipped.js';
import { excerptOf, type Growth } from './growth.js';
import { type Article, costsOf } from './languages.js';
import { gpt2Tokenizer } from './shipped.js';
import { trainWatched } from './training.js';
import { type DividedWord, divideWord } from './word.js';

const root = join(import.meta.dirname, '..', '..', '..', '..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const shipped = (name: string) => tokenizerFromJson(read('packages', `model-${name}`, 'model', 'tokenizer.json'));
const articles = JSON.parse(read('apps', 'tokenizer', 'public', 'article-1.json')) as Article[];
const ids = (tokenizer: Tokenizer, text: string) => tokenizer.encode(text, { addSpecialTokens: false }).ids;

describe('the tokenizer of GPT-2', async () => {
  const tokens = gpt2Tokens();
  const tokenizer = await gpt2Tokenizer(tokens);

  test('has 50,257 tokens in a file of the size that the page says', () => {
    expect(tokenizer.vocabSize).toBe(50257);
    expect((tokens.length / 1e6).toFixed(1)).toBe(ranksMegabytes);
  });

  test('gives the ids of tiktoken, also for emoji, white space and every language', () => {
    const reference = new Tiktoken(gpt2);
    const texts = [
      ...Object.values(examples),
      ...articles.map(({ text }) => text),
      '  \n\n\t a  b \r\n',
      '👩‍👩‍👧‍👦👋🏽',
      '',
    ];
    for (const text of texts) expect(ids(tokenizer, text)).toEqual(reference.encode(text));
  });

  test('numbers its merges from 1 to 50,000, and they lead to its tokens', () => {
    const divided = divideWord(tokenizer, 'unbelievably') as Extract<DividedWord, { kind: 'merges' }>;
    expect(divided.count).toBe(50_000);
    expect(divided.frames[0]!.bricks.map(({ text }) => text).join('|')).toBe('u|n|b|e|l|i|e|v|a|b|l|y');
    const last = divided.frames.at(-1)!;
    expect(last.bricks.map(({ text }) => text)).toEqual(['un', 'bel', 'iev', 'ably']);
    expect(last.bricks.map(({ width }) => width)).toEqual([2, 3, 3, 4]);
    expect(divided.frames.slice(1).map(({ merge }) => merge!.number)).toEqual([
      51, 142, 148, 162, 239, 1091, 6412, 10948,
    ]);
    expect(divided.frames[1]!.merge).toEqual({ index: 10, number: 51, left: 'l', right: 'y' });
  });
});

describe('a word', () => {
  test('starts as bytes in hexadecimal numbers where they are parts of characters', () => {
    const divided = divideWord(shipped('stories'), 'é') as Extract<DividedWord, { kind: 'merges' }>;
    expect(divided.frames[0]!.bricks).toEqual([
      { text: 'C3', width: 1 },
      { text: 'A9', width: 1 },
    ]);
  });

  test('of a Unigram model comes in its most probable ways, the first being that of the tokens', () => {
    const translator = shipped('en-fr');
    const divided = divideWord(translator, 'unbelievably') as Extract<DividedWord, { kind: 'ways' }>;
    const texts = divided.ways.map(({ bricks }) => bricks.map(({ text }) => text));
    expect(texts[0]).toEqual(translator.encode('unbelievably', { addSpecialTokens: false }).tokens);
    expect(new Set(texts.map(parts => parts.join('|'))).size).toBe(5);
    expect(divided.ways.map(({ score }) => score)).toEqual(
      divided.ways.map(({ score }) => score).sort((a, b) => b - a),
    );
  });

  test('of a text is the longest one; an empty text has none', () => {
    const last = (text: string) => {
      const divided = divideWord(shipped('stories'), text) as Extract<DividedWord, { kind: 'merges' }>;
      return divided.frames
        .at(-1)
        ?.bricks.map(({ text }) => text)
        .join('');
    };
    expect([last('a forest of a'), last('')]).toEqual([' forest', undefined]);
  });
});

describe('the languages', () => {
  test('are forty, and the cost of each is its tokens by those of English', () => {
    expect(new Set(articles.map(({ language }) => language)).size).toBe(40);
    expect(articles[0]!.name).toBe('English');
    const tokenizer = shipped('stories');
    const costs = costsOf(tokenizer, articles);
    for (const [index, { text }] of articles.entries()) {
      expect(costs[index]!.tokens).toBe(ids(tokenizer, text).length);
      expect(costs[index]!.ratio).toBe(ids(tokenizer, text).length / ids(tokenizer, articles[0]!.text).length);
      expect(costs[index]!.unknown).toBe(0);
    }
  });

  test('that a tokenizer cannot write have unknown tokens, and no text back', () => {
    const tokenizer = shipped('en-fr');
    for (const [index, { unknown }] of costsOf(tokenizer, articles).entries()) {
      const { text } = articles[index]!;
      if (unknown > 0) expect(tokenizer.decode(ids(tokenizer, text))).not.toBe(text.normalize('NFC'));
      if (['English', 'French'].includes(articles[index]!.name)) expect(unknown).toBe(0);
    }
  });
});

describe('a watched training', () => {
  const text = read('fixtures', 'texts', 'tinyshakespeare', 'input.txt').slice(0, 5000);

  test('reports as it goes, and reaches the tokenizer of the library', async () => {
    const { port1, port2 } = new MessageChannel();
    const reports: Growth[] = [];
    port1.onmessage = ({ data }: MessageEvent<Growth>) => reports.push(data);
    const { tokenizer, growth } = await trainWatched(text, 400, true, port2);
    const reference = await trainTokenizer([text], { kind: 'byte-level-bpe', vocabSize: 400 });
    expect(ids(tokenizer, text)).toEqual(ids(reference, text));
    expect(growth.tokens).toBe(reference.count(text));
    expect(growth.vocabSize).toBe(400);
    expect(growth.shown.map(({ id }) => id)).toEqual(ids(reference, excerptOf(text)));
    await expect.poll(() => reports.length).toBe(6); // after 275, 300, ... 400 tokens
    expect(reports.map(({ vocabSize }) => vocabSize)).toEqual([275, 300, 325, 350, 375, 400]);
    expect([...reports, growth].flatMap(({ merges }) => merges).length).toBe(400 - 257);
    const tokens = reports.map(({ tokens }) => tokens);
    expect(tokens).toEqual([...tokens].sort((a, b) => b - a));
    port1.close();
  });

  test('waits while it is paused, and ends when it is stopped', async () => {
    const { port1, port2 } = new MessageChannel();
    const reports: Growth[] = [];
    port1.onmessage = ({ data }: MessageEvent<Growth>) => reports.push(data);
    port1.postMessage('pause');
    const work = trainWatched(text, 400, true, port2);
    await new Promise(done => setTimeout(done, 50));
    expect(reports).toEqual([]);
    port1.postMessage('stop');
    await expect(work).rejects.toMatchObject({ name: 'AbortError' });
    port1.close();
  });

  test('shows the first long paragraph, up to a space', () => {
    const long = 'word '.repeat(200).trim();
    expect(excerptOf(`short\n\n${long}`)).toBe('word '.repeat(84).trim());
    expect(excerptOf('short\n\nshorter')).toBe('short\n\nshorter');
  });
});
