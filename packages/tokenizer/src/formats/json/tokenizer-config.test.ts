import { readFixtureText } from '@residual/testkit/read-fixture';
import { expect, test } from 'vitest';
import { tokenizerFromJson } from './load.js';
import { saveTokenizer } from './save.js';

const read = (name: string) => readFixtureText(`tokenizers/${name}/tokenizer.json`);
const [gpt2, bert, llama] = [read('bpe-gpt2'), read('wordpiece-bert'), read('bpe-llama2')];
const tokenOf = (content: string) => ({
  content,
  single_word: false,
  lstrip: false,
  rstrip: false,
  normalized: false,
  special: true,
});

/** The results of transformers 5.24 for these files. */
test.each([
  [gpt2, { tokenizer_class: 'GPT2Tokenizer', add_prefix_space: true }, 'the cat', [263, 1399]],
  [gpt2, { tokenizer_class: 'GPT2TokenizerFast', add_prefix_space: false }, 'the cat', [84, 258, 1399]],
  [gpt2, { tokenizer_class: 'PreTrainedTokenizerFast', add_prefix_space: true }, 'the cat', [84, 258, 1399]],
  [bert, { tokenizer_class: 'BertTokenizer', do_lower_case: true }, 'The Cat', [2, 53, 1417, 1397, 36, 1401, 1400, 3]],
  [bert, { tokenizer_class: 'DistilBertTokenizer', do_lower_case: false }, 'The Cat', [2, 1, 1, 3]],
  [
    bert,
    { tokenizer_class: 'PreTrainedTokenizerFast', do_lower_case: false },
    'The Cat',
    [2, 53, 1417, 1397, 36, 1401, 1400, 3],
  ],
  [gpt2, { additional_special_tokens: ['<x>', 'the'] }, 'a <x> the', [65, 221, 1500, 221, 1501]],
  [gpt2, { extra_special_tokens: ['<x>', 'the'] }, 'a <x> the', [65, 221, 1500, 221, 1501]],
  [bert, { additional_special_tokens: ['<x>', tokenOf('the')] }, 'a <x> the', [2, 34, 2294, 2295, 3]],
  [gpt2, { added_tokens_decoder: { 1500: tokenOf('<x>'), 1501: tokenOf('<y>') } }, '<y><x>', [1501, 1500]],
])('%# tokenizer_config.json counts where the reference lays it over', (file, config, text, ids) => {
  const tokenizer = tokenizerFromJson(file, { config });
  expect(tokenizer.encode(text).ids).toEqual(ids);
  expect(tokenizerFromJson(saveTokenizer(tokenizer)).encode(text).ids).toEqual(ids);
});

/**
 * The results of transformers 5.24: the class decides, unless the model type is one for which the file is used as it
 * is.
 */
test.each([
  [{ tokenizer_class: 'LlamaTokenizer', legacy: true }, undefined, [1, 319, 453], [1, 453, 1, 453], 'the the'],
  [{ tokenizer_class: 'LlamaTokenizerFast' }, 'llama', [1, 319, 453], [1, 453, 1, 503], 'thethe'],
  [{ tokenizer_class: 'LlamaTokenizer', add_prefix_space: false }, 'llama', [1, 319, 453], [1, 453, 1, 503], ' thethe'],
  [{ tokenizer_class: 'CodeLlamaTokenizer', legacy: true }, 'llama', [1, 319, 453], [1, 453, 1, 503], 'thethe'],
  [
    { tokenizer_class: 'CodeLlamaTokenizer', add_prefix_space: false },
    'llama',
    [1, 319, 453],
    [1, 453, 1, 503],
    'thethe',
  ],
  [
    { tokenizer_class: 'LlamaTokenizer', legacy: true },
    'mistral',
    [1, 319, 319, 453],
    [1, 319, 453, 1, 453],
    ' the the',
  ],
  [{ tokenizer_class: 'PreTrainedTokenizerFast' }, 'llama', [1, 319, 319, 453], [1, 319, 453, 1, 453], ' the the'],
])("%# Llama's class makes the tokenizer of vocabulary and merges", (config, modelType, spaces, special, text) => {
  const tokenizer = tokenizerFromJson(llama, { config, ...(modelType && { modelType }) });
  for (const each of [tokenizer, tokenizerFromJson(saveTokenizer(tokenizer))]) {
    expect(each.encode('  the').ids).toEqual(spaces);
    expect(each.encode(' the<s>the').ids).toEqual(special);
    expect(each.decode(special)).toBe(text);
  }
});

test("Llama's class leaves a byte-level file as it is", () => {
  const config = { tokenizer_class: 'LlamaTokenizer', legacy: true };
  const bytes = read('bpe-llama3');
  expect(tokenizerFromJson(bytes, { config }).encode('  the').ids).toEqual(
    tokenizerFromJson(bytes).encode('  the').ids,
  );
});

test('added_tokens_decoder changes the flags of a token, and may not change its id', () => {
  const config = { added_tokens_decoder: { 0: { ...tokenOf('<|endoftext|>'), lstrip: true } } };
  expect(tokenizerFromJson(gpt2, { config }).encode('a  <|endoftext|>').ids).toEqual([65, 0]);
  expect(() => tokenizerFromJson(gpt2, { config: { added_tokens_decoder: { 7: tokenOf('<|endoftext|>') } } })).toThrow(
    'tokenizer: tokenizer_config.json gives "<|endoftext|>" the id 7, in tokenizer.json it has 0',
  );
});
