import { memoryUsage } from '@residual/tensor';
import { smallBertConfig, wordPieceJson, wordPieceWords } from '@residual/testkit';
import { tokenizerFromJson } from '@residual/tokenizer';
import { expect, test } from 'vitest';
import { createModel, type Model } from '../index.js';
import { labelScores, softmax } from './label-scores.js';

const words = wordPieceWords;
const tokenizer = tokenizerFromJson(wordPieceJson as never);
const labelled = { id2label: { 0: 'O', 1: 'B-PLACE', 2: 'I-PLACE' } };

/** A random BERT of this class, while `run` runs; afterwards as many tensors are left as before. */
async function withModel(name: string, run: (model: Model) => Promise<void>, more = {}) {
  const before = memoryUsage();
  const model = await createModel(smallBertConfig(name, more), { seed: 2, tokenizer });
  try {
    await run(model);
  } finally {
    model.dispose();
  }
  expect(memoryUsage()).toEqual(before);
}

const texts = ['Anna lives in London.', 'Paris', 'Anna lives near Paris near London.'];

test('labels of texts have the scores of the pass, best first, alone and in batches', () =>
  withModel(
    'SequenceClassification',
    async model => {
      const done: number[] = [];
      const onProgress = (progress: { readonly done: number }) => done.push(progress.done);
      const all = await model.classify(texts, { batch: 2, onProgress });
      expect(done).toEqual([2, 3]);
      for (const [i, labels] of all.entries()) {
        const { logits } = await model.forward(texts[i]!);
        const scores = softmax(logits.data as Float32Array);
        expect(labels.map(({ score }) => score)).toEqual([...labels.map(({ score }) => score)].sort((a, b) => b - a));
        for (const { label, score } of labels)
          expect(score).toBeCloseTo(scores[Object.values(labelled.id2label).indexOf(label)]!, 5);
        expect((await model.classify(texts[i]!))[0]!.score).toBeCloseTo(labels[0]!.score, 5);
      }
    },
    labelled,
  ));

test('texts are cut to maxTokens, and too many for the model are an error', () =>
  withModel('SequenceClassification', async model => {
    const long = 'Anna lives near Paris. '.repeat(9);
    await expect(model.classify(long)).rejects.toThrow(
      'classify: prompt of 47 tokens is longer than the 24 positions this model has',
    );
    const cut = await model.classify([long, 'Paris'], { maxTokens: 7 });
    expect(cut).toEqual(await model.classify([long.slice(0, 22), 'Paris']));
    await expect(model.classify(long, { maxTokens: 25 })).rejects.toThrow(
      'classify: maxTokens is 25; it must be a whole number from 1 to 24',
    );
  }));

test('scores follow the type of the problem, as in the reference', () => {
  const logits = Float32Array.of(0, Math.log(3), 1, 1);
  const labels = ['a', 'b'];
  const rounded = (scores: Float32Array) => [...scores].map(score => Math.round(score * 1e4) / 1e4);
  expect(rounded(labelScores({ labels }, logits))).toEqual([0.25, 0.75, 0.5, 0.5]);
  const several = { labels, problemType: 'multi_label_classification' } as const;
  expect(rounded(labelScores(several, logits))).toEqual([0.5, 0.75, 0.7311, 0.7311]);
  expect(rounded(labelScores({ labels: ['a'] }, logits))).toEqual([0.5, 0.75, 0.7311, 0.7311]);
  expect(labelScores({ labels, problemType: 'regression' }, logits)).toBe(logits);
});

test('spans of tokens lie in the text, and words have one label', () =>
  withModel(
    'TokenClassification',
    async model => {
      for (const aggregation of ['simple', 'first', 'average', 'max'] as const) {
        const [spans] = await model.classifyTokens([texts[0]!], { aggregation, ignoreLabels: [] });
        expect(spans!.map(({ text }) => text)).toEqual(spans!.map(({ start, end }) => texts[0]!.slice(start, end)));
        expect([spans![0]!.start, spans!.at(-1)!.end]).toEqual([0, texts[0]!.length]);
        const ends = spans!.map(({ end }) => end);
        if (aggregation !== 'simple') expect(ends).not.toContain(texts[0]!.indexOf('don'));
        expect(spans!.every(({ label }) => label === 'O' || label === 'PLACE')).toBe(true);
        const kept = await model.classifyTokens(texts[0]!, { aggregation, ignoreLabels: ['O'] });
        expect(kept).toEqual(spans!.filter(({ label }) => label !== 'O'));
      }
    },
    labelled,
  ));

test('masks are filled with the most likely tokens of the pass', () =>
  withModel('MaskedLM', async model => {
    const [fills] = await model.fillMask('Anna lives in [MASK].', { top: 3 });
    const { tokens, logits } = await model.forward('Anna lives in [MASK].');
    const [index, vocab] = [tokens.indexOf(4), words.length];
    const scores = softmax((logits.data as Float32Array).subarray(index * vocab, (index + 1) * vocab));
    const best = [...scores.keys()].sort((a, b) => scores[b]! - scores[a]!).slice(0, 3);
    expect(fills!.map(({ token }) => token)).toEqual(best);
    for (const { token, score } of fills!) expect(score).toBeCloseTo(scores[token]!, 5);
    expect(fills!.map(({ text }) => text)).toEqual(best.map(id => words[id]!.replace('##', '')));
    const both = await model.fillMask('[MASK] lives in [MASK].', { top: 1 });
    expect(both.map(([fill]) => fill!.sequence.includes('[MASK]'))).toEqual([true, true]);
    await expect(model.fillMask('Anna')).rejects.toThrow('fillMask: the text has no [MASK] to fill');
  }));

test('answers are parts of the context, best first, also of a context that is read in windows', () =>
  withModel('QuestionAnswering', async model => {
    const context = texts.join(' ');
    const answers = await model.answer('where?', context, { top: 4, maxLength: 12, stride: 3, maxAnswerLength: 2 });
    expect(answers.length).toBe(4);
    expect(answers.map(({ text }) => text)).toEqual(answers.map(({ start, end }) => context.slice(start, end)));
    expect(answers.map(({ score }) => score)).toEqual([...answers.map(({ score }) => score)].sort((a, b) => b - a));
    for (const { text } of answers) expect(text).not.toMatch(/^don|Lon$/); // whole words
    const afterLongQuestion = await model.answer('Anna lives in London near Paris near Anna', context);
    expect(context).toContain(afterLongQuestion[0]!.text);
    await expect(model.answer('Anna '.repeat(21), context)).rejects.toThrow(
      'answer: the question takes 24 tokens with the special ones; a window of 24 tokens has none left for the context',
    );
    await expect(model.answer('where?', context, { stride: 19 })).rejects.toThrow(
      'answer: stride is 19; it must be a whole number from 0 to 18',
    );
    await expect(model.answer('where?', ' ')).rejects.toThrow('answer: the context is empty');
  }));

test('documents are ranked by the score of their pair with the query', () =>
  withModel(
    'SequenceClassification',
    async model => {
      const ranked = await model.rerank('where is Anna?', texts);
      expect(ranked.map(({ index }) => index).sort()).toEqual([0, 1, 2]);
      expect(ranked.map(({ score }) => score)).toEqual([...ranked.map(({ score }) => score)].sort((a, b) => b - a));
      for (const { index, score, text } of ranked) {
        expect(text).toBe(texts[index]);
        const [alone] = await model.rerank('where is Anna?', [text]);
        expect(alone!.score).toBeCloseTo(score, 5);
      }
    },
    { num_labels: 1 },
  ));

test('methods of other kinds of models, bad texts and options, and aborts throw, and leave nothing behind', () =>
  withModel('TokenClassification', async model => {
    await expect(model.classify('Anna')).rejects.toThrow(
      'classify: bert is a model for token-classification; this works on a model for sequence-classification',
    );
    await expect(model.fillMask('[MASK]')).rejects.toThrow(
      'fillMask: bert is a model for token-classification; this works on a model for masked-lm',
    );
    await expect(model.generate('Anna').result()).rejects.toThrow(
      'generate: bert is a model for token-classification; this works on a model that continues a text',
    );
    await expect(model.classifyTokens(['Anna', 5 as never])).rejects.toThrow(
      'classifyTokens: texts[1] is number; it must be a text',
    );
    await expect(model.classifyTokens('Anna', { batch: 0 })).rejects.toThrow('batch is 0');
    await expect(model.classifyTokens('Anna', { aggregation: 'last' as never })).rejects.toThrow(
      'classifyTokens: aggregation is "last"; it must be simple, first, average, max',
    );
    const cut = { maxTokens: 3, ignoreLabels: [] };
    expect((await model.classifyTokens('Anna lives', cut)).map(({ end }) => end)).toEqual([4]);
    await expect(model.classifyTokens('Anna '.repeat(30))).rejects.toThrow(
      'classifyTokens: prompt of 32 tokens is longer than the 24 positions this model has',
    );
    const signal = AbortSignal.abort(new Error('stop'));
    await expect(model.classifyTokens('Anna', { signal })).rejects.toThrow('stop');
  }));
