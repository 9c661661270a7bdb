import { requireBackend } from '@residual/tensor';
import { clearPrograms, compiledPrograms } from '@residual/testkit/compiled-programs';
import { expect, test } from 'vitest';
import { loadModel } from '../load/load-model.js';
import { fixtureFiles } from '../testing/fixture-files.js';

test.skipIf(!requireBackend().startsWith('webg'))(
  'prompts of other lengths run the programs that the first five compiled',
  async () => {
    const model = await loadModel(fixtureFiles('fixtures/models/stories260k'));
    const generate = (length: number) => {
      const prompt = Array.from({ length }, (_, i) => 3 + ((i * 7 + length) % 100));
      return model.generate(prompt, { temperature: 0.8, eosTokenId: [], maxNewTokens: 3 }).result();
    };
    clearPrograms();
    for (const length of [1, 12, 50, 60, 130]) await generate(length);
    const before = await compiledPrograms();
    expect(before).toBeGreaterThan(10);
    for (const length of [2, 5, 13, 34, 61, 89]) {
      const { newTokens } = await generate(length);
      expect(newTokens).toHaveLength(3);
      expect([length, await compiledPrograms()]).toEqual([length, before]);
    }
    model.dispose();
  },
);
