import '@residual/testkit/wasm';
import { gpt2Config } from '@residual/families';
import { createModel, type Model } from '@residual/model';
import { expectNoLeak } from '@residual/testkit';
import { characterTokenizer } from '@residual/tokenizer/train';
import { expect, test } from 'vitest';
import { clearest } from './clearest.js';
import { FeatureSession } from './session.js';
import { featureCount, writing } from './setup.js';

const settings = { stories: 17, steps: 2, seed: 3 };

/** An untrained model of five blocks that writes characters. */
const tinyModel = (): Promise<Model> => {
  const tokenizer = characterTokenizer(writing.beginnings);
  const specialTokens = { bos: 0, eos: 0 };
  const shape = { vocab: tokenizer.vocabSize, modelDim: 8, heads: 2, depth: 5, maxPositions: 120 };
  return createModel(gpt2Config({ ...shape, specialTokens }), { seed: 1, tokenizer });
};
const write = async (session: FeatureSession) => {
  for (;;) {
    const written = await session.write();
    if (written.stories >= settings.stories) return written;
  }
};

test('a session writes, learns, lists, shades and steers, and frees all of it', () =>
  expectNoLeak(async () => {
    const model = await tinyModel();
    const session = new FeatureSession(model, settings);
    expect((await write(session)).stories).toBe(17);
    expect([(await session.step())!.step, (await session.step())!.step]).toEqual([1, 2]);
    expect(await session.step()).toBeUndefined();
    const reports: number[] = [];
    const { features } = await session.list(({ done, total }) => reports.push(done / total));
    expect(reports.at(-1)).toBe(1);
    const { feature } = features[0]!;
    const facts = (await session.facts(feature))!;
    for (const { activation, at, tokens } of facts.texts) {
      expect(tokens[at]!.activation).toBeCloseTo(activation, 4); // the shade of the marked token is its activation
      expect(Math.max(...tokens.map(token => token.activation))).toBeCloseTo(activation, 4);
    }
    expect(facts.raised[0]!.effect).toBeGreaterThan(facts.raised[1]!.effect);
    const plain = await session.tell('One day', 1);
    expect(await session.tell('One day', 1, { feature, strength: 0 })).toBe(plain);
    expect(await session.tell('One day', 1, { feature, strength: 20 })).not.toBe(plain);
    expect(await session.facts(featureCount)).toBeUndefined();
    await session.dispose();
    model.dispose();
  }));

test('a session that ends in the middle of a step, a list or a story frees all of it', () =>
  expectNoLeak(async () => {
    const model = await tinyModel();
    for (const work of ['write', 'step', 'list', 'tell'] as const) {
      const session = new FeatureSession(model, settings);
      if (work !== 'write') await write(session);
      if (work === 'list' || work === 'tell') await session.step();
      const running = work === 'tell' ? session.tell('One day', 1) : session[work]();
      const outcome = running.then(
        () => 'done',
        (error: Error) => error.name,
      );
      await new Promise(resolve => setTimeout(resolve, 1));
      await session.dispose();
      expect([work, await outcome]).toEqual([work, work === 'step' ? expect.any(String) : 'AbortError']);
      await expect(session.step()).rejects.toThrow('aborted');
    }
    model.dispose();
  }));

test('a new story ends the one that is being told', async () => {
  const model = await tinyModel();
  const session = new FeatureSession(model, settings);
  const first = session.tell('One day', 1);
  const second = session.tell('One day', 2);
  await expect(first).rejects.toThrow('aborted');
  expect(await second).toBe(await session.tell('One day', 2));
  await session.dispose();
  model.dispose();
});

test('features that fire everywhere or nowhere are left out; the best sixth text comes first', () => {
  const statistics = { max: [3, 9, 5, 0, 8], positive: [0.01, 0.2, 0.02, 0, 0.001] };
  expect(clearest.candidates(statistics)).toEqual([4, 2, 0]);
  const textsOf = (feature: number, activations: readonly number[]) => ({
    feature,
    top: activations.map(activation => ({
      activation,
      token: 0,
      sequence: 0,
      position: 0,
      context: [0],
      contextStart: 0,
    })),
  });
  const found = [textsOf(4, [9, 9, 9, 9, 9]), textsOf(2, [8, 7, 6, 5, 4, 2]), textsOf(0, [4, 4, 4, 4, 3, 3])];
  expect(clearest.sorted(found).map(({ feature }) => feature)).toEqual([0, 2, 4]);
});
