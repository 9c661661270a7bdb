import { expect, test } from 'vitest';
import { trainTokenizer } from './train.js';

const lines = Array.from({ length: 12_000 }, (_, line) => `the ${line} lines that lie in ${line % 7} tins, 🙂 é`);

test.each(['byte-level-bpe', 'bpe', 'wordpiece', 'unigram'] as const)(
  'a %s is trained in the page, which stays alive',
  async kind => {
    let turns = 0; // of timers, not frames: these wait for a graphics card that other tests use too
    const count = () => {
      turns++;
      timer = setTimeout(count);
    };
    let timer = setTimeout(count);
    const started = performance.now();
    const tokenizer = await trainTokenizer(lines, { kind, size: 400 });
    const seconds = (performance.now() - started) / 1000;
    expect(tokenizer.decode(tokenizer.encode('the lines lie in tins').ids)).toBe('the lines lie in tins');
    clearTimeout(timer);
    expect(turns).toBeGreaterThanOrEqual(Math.max(2, Math.floor(seconds * 4)));
  },
);
