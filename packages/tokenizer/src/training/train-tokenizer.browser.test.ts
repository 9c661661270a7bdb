import { expect, test, vi } from 'vitest';
import { trainTokenizer } from './train-tokenizer.js';

const lines = Array.from({ length: 12_000 }, (_, line) => `the ${line} lines that lie in ${line % 7} tins, 🙂 é`);

test.each(['byte-level-bpe', 'bpe', 'wordpiece', 'unigram'] as const)(
  'a %s is trained in the page, which stays alive',
  async kind => {
    let turns = 0; // turns of messages, not frames: frames wait for a graphics card that other tests use too
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      turns++;
      port2.postMessage(null);
    };
    port2.postMessage(null);
    // A clock that advances 5 ms at each reading: the test checks how often a training yields, not how fast this
    // machine is.
    let clock = 0;
    const now = vi.spyOn(performance, 'now').mockImplementation(() => (clock += 5));
    const tokenizer = await trainTokenizer(lines, { kind, vocabSize: 400 }).finally(() => now.mockRestore());
    port1.close();
    expect(tokenizer.decode(tokenizer.encode('the lines lie in tins').ids)).toBe('the lines lie in tins');
    expect(turns).toBeGreaterThanOrEqual(10);
  },
);
