import '@residual/testkit/wasm';
import { memoryUsage } from '@residual/tensor';
import { expectNoLeak } from '@residual/testkit';
import { readFixtureText } from '@residual/testkit/read-fixture';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ChatMessage, loadModel, type Model, openChatTemplate } from '../index.js';
import { chatFiles, chatModel, writes } from '../testing/chat-checkpoint.js';
import type { ChatAnswer, ChatDelta } from './chat-answer.js';

interface Published {
  readonly templates: readonly { readonly name: string; readonly template: string }[];
}
const published = ['apache', 'mit'].flatMap(
  folder => (JSON.parse(readFixtureText(`chat/${folder}/templates.json`)) as Published).templates,
);
const templateNamed = (name: string) => published.find(each => each.name.includes(name))!.template;

const before = memoryUsage();
let qwen: Model;
beforeAll(async () => {
  qwen = await chatModel(templateNamed('Qwen3-0.6B'));
});
afterAll(() => {
  qwen.dispose();
  expect(memoryUsage()).toEqual(before);
});

const user = (content: string): ChatMessage => ({ role: 'user', content });
const tools = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'The weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];
const greedy = { temperature: 0 } as const;

/** What a chat yields, and its answer. */
async function collect(chat: AsyncIterable<ChatDelta>): Promise<{ deltas: ChatDelta[]; answer: ChatAnswer }> {
  const deltas: ChatDelta[] = [];
  const steps = chat[Symbol.asyncIterator]() as AsyncGenerator<ChatDelta, ChatAnswer>;
  for (;;) {
    const { done, value } = await steps.next();
    if (done) return { deltas, answer: value };
    deltas.push(value);
  }
}

const joined = (deltas: readonly ChatDelta[], kind: ChatDelta['kind']) =>
  deltas.map(each => (each.kind === kind ? each.delta : '')).join('');

test('an answer comes as thinking, text and calls, each with the token that completed it', async () => {
  const text =
    '<think>\nhm\n</think>\n\nLet me see.\n<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n' +
    '</tool_call>';
  const options = { ...writes(qwen.tokenizer!, text, '<|im_end|>'), ...greedy, topLogprobs: 2 };
  const { deltas, answer } = await collect(qwen.chat([user('Hi')], { tools, ...options }));
  expect(joined(deltas, 'thinking')).toBe('hm');
  expect(joined(deltas, 'text')).toBe('Let me see.');
  expect(joined(deltas, 'callText')).toBe('{"name": "weather", "arguments": {"city": "Paris"}}');
  const call = { id: 'call00001', name: 'weather', arguments: { city: 'Paris' } };
  expect(answer).toMatchObject({ text: 'Let me see.', thinking: 'hm', calls: [call], malformedCalls: [] });
  expect(answer.message).toEqual({
    role: 'assistant',
    content: 'Let me see.',
    reasoning_content: 'hm',
    tool_calls: [{ type: 'function', id: 'call00001', function: { name: 'weather', arguments: { city: 'Paris' } } }],
  });
  expect(answer.finishReason).toBe('eos');
  const indices = deltas.map(({ step }) => step.index);
  expect([...new Set(indices)]).toEqual(answer.newTokens.map((_, i) => i));
  for (const { step } of deltas) expect(step.token).toBe(answer.newTokens[step.index]);
  expect(deltas[0]!.step.topLogprobs).toHaveLength(2);
  expect(deltas.filter(({ kind }) => kind === 'call')).toHaveLength(1);
  const sum = [...new Map(deltas.map(({ step }) => [step.index, step.logprob])).values()].reduce((a, b) => a + b, 0);
  expect(answer.logprob).toBeCloseTo(sum, 6);
});

test('results of calls go back in as messages, and ids go on counting', async () => {
  const messages: ChatMessage[] = [user('Weather?')];
  const ask = '<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call>';
  const first = await qwen.chat(messages, { tools, ...writes(qwen.tokenizer!, ask, '<|im_end|>') }).result();
  messages.push(first.message, {
    role: 'tool',
    tool_call_id: first.calls[0]!.id,
    name: 'weather',
    content: '{"t": 3}',
  });
  const { text } = await qwen.renderChat(messages, { tools });
  expect(text).toContain(`<|im_start|>assistant\n${ask}<|im_end|>\n<|im_start|>user\n<tool_response>\n{"t": 3}`);
  const second = await qwen.chat(messages, { tools, ...writes(qwen.tokenizer!, ask, '<|im_end|>') }).result();
  expect(second.calls[0]!.id).toBe('call00002');
  expect(JSON.parse(JSON.stringify(messages))).toEqual(messages);
});

test('a call that cannot be read stays in the message', async () => {
  const text = 'So <tool_call>{"name": </tool_call> well';
  const {
    message,
    text: shown,
    malformedCalls,
  } = await qwen.chat([user('Hi')], { tools, ...writes(qwen.tokenizer!, text, '<|im_end|>') }).result();
  expect(malformedCalls).toEqual([
    { text: '<tool_call>{"name": </tool_call>', message: expect.stringContaining('not JSON') },
  ]);
  expect(message).toEqual({
    role: 'assistant',
    content: 'So\n\n<tool_call>{"name": </tool_call>\n\nwell',
  });
  expect(shown).toBe('So\n\nwell');
});

test.each([
  ['Mistral-Nemo', '[TOOL_CALLS][{"name": "weather", "arguments": {"city": "Paris"}}]', '</s>'],
  [
    'gpt-oss',
    '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary to=functions.weather ' +
      '<|constrain|>json<|message|>{"city": "Paris"}',
    '<|call|>',
  ],
])('%s: calls and the ends of turns', async (name, text, end) => {
  using model = await chatModel(templateNamed(name));
  const answer = await model.chat([user('Hi')], { tools, ...writes(model.tokenizer!, text, end) }).result();
  expect(answer.calls).toEqual([{ id: 'call00001', name: 'weather', arguments: { city: 'Paris' } }]);
  expect([answer.finishReason, answer.text]).toEqual(['eos', '']);
});

test('the prompt is the text of the template, without tokens added, and its options reach it', async () => {
  const { text, tokens } = await qwen.renderChat([user('Hi')], { templateOptions: { enableThinking: false } });
  expect(text).toBe('<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n<think>\n\n</think>\n\n');
  expect(qwen.tokenizer!.decode(tokens, { skipSpecialTokens: false })).toBe(text);
  const other = await qwen.renderChat([user('Hi')], { addGenerationPrompt: false });
  expect(other.text).toBe('<|im_start|>user\nHi<|im_end|>\n');
  const begun = [user('Hi'), { role: 'assistant', content: 'Once' }];
  const continued = await qwen.renderChat(begun, { continueFinalMessage: true });
  expect(continued.text.endsWith('Once')).toBe(true);
  const options = { ...writes(qwen.tokenizer!, ' upon', '<|im_end|>'), continueFinalMessage: true };
  expect((await qwen.chat(begun, options).result()).message).toEqual({ role: 'assistant', content: 'Once upon' });
});

test('thinking that the template begins is thinking', async () => {
  using model = await chatModel(templateNamed('DeepSeek-R1-Distill-Qwen'), {
    files: { 'chat_template.jinja': '{% for m in messages %}{{ m.content }}{% endfor %}<|im_start|><think>\n' },
  });
  const { deltas } = await collect(
    model.chat([user('Hi')], { ...writes(model.tokenizer!, 'hm</think>\nYes', '</s>'), ...greedy }),
  );
  expect([joined(deltas, 'thinking'), joined(deltas, 'text')]).toEqual(['hm', 'Yes']);
});

test('an answer obeys a schema', async () => {
  const properties = { answer: { enum: ['yes', 'no'] }, sure: { type: 'boolean' } };
  const schema = { type: 'object', properties, required: ['answer', 'sure'], additionalProperties: false };
  const { deltas, answer } = await collect(
    qwen.chat([user('Hi')], { schema, temperature: 1, seed: 4, maxNewTokens: 60 }),
  );
  expect(Object.keys(JSON.parse(answer.text))).toEqual(['answer', 'sure']);
  expect(joined(deltas, 'text')).toBe(answer.text);
  expect(['complete', 'eos']).toContain(answer.finishReason);
});
test('stop strings, limits and special tokens within an answer', async () => {
  const chat = (text: string, more: object) =>
    qwen.chat([user('Hi')], { ...writes(qwen.tokenizer!, text, '<|im_end|>'), ...more }).result();
  expect(await chat('one two three', { stopStrings: [' th'] })).toMatchObject({
    text: 'one two',
    finishReason: 'stop',
  });
  expect(await chat('one two', { maxNewTokens: 3 })).toMatchObject({ text: 'one', finishReason: 'length' });
  expect(await chat('a<|im_start|>b', {})).toMatchObject({ text: 'ab' });
  expect(await chat('a<|im_start|>b', { skipSpecialTokens: false })).toMatchObject({ text: 'a<|im_start|>b' });
  expect(await chat('é 日本', {})).toMatchObject({ text: 'é 日本' });
});

test('a conversation computes only what is new, and answers as without a cache', async () => {
  using conversation = qwen.conversation();
  const messages: ChatMessage[] = [user('Hi, who are you?')];
  const options = { ...greedy, maxNewTokens: 6, templateOptions: { enableThinking: true } };
  const first = await conversation.chat(messages, options).result();
  expect(first.cachedTokens).toBe(0);
  expect(conversation.cachedTokens).toBe(first.tokens.length - 1); // the last token was not read
  expect((await qwen.chat(messages, options).result()).newTokens).toEqual(first.newTokens);

  const more = [...messages, { role: 'assistant', content: 'I am here.' }, user('And now?')];
  const { tokens } = await qwen.renderChat(more, { templateOptions: { enableThinking: true } });
  const shared = tokens.findIndex((id, i) => id !== first.tokens[i]);
  const second = await conversation.chat(more, options).result();
  const alone = await qwen.chat(more, options).result();
  expect(second.cachedTokens).toBe(shared);
  expect(shared).toBeGreaterThan(10);
  expect(second.newTokens).toEqual(alone.newTokens);
  expect(second.logprob).toBeCloseTo(alone.logprob, 4);

  const again = await conversation.chat(more, options).result(); // the same prompt: all but its last token
  expect([again.cachedTokens, again.newTokens]).toEqual([tokens.length - 1, alone.newTokens]);
  const other = await conversation.chat([user('x')], { ...options, cache: 'f16' }).result();
  expect(other.cachedTokens).toBe(0); // the cache has another form
  const observed = await conversation.chat([user('x')], { ...options, taps: ['decoder.layers.0.output'] }).result();
  expect(observed.cachedTokens).toBe(0);
});

test('recurrent states are computed again where a prompt does not continue all of them', async () => {
  const sizes = { hidden_size: 8, intermediate_size: 12, num_hidden_layers: 3, attn_layer_indices: [1] };
  const mamba = { mamba_n_heads: 4, mamba_d_head: 4, mamba_d_state: 3, mamba_n_groups: 2 };
  using model = await chatModel('{% for m in messages %}{{ m.content }}{% endfor %}', {
    config: {
      ...{ model_type: 'bamba', architectures: ['BambaForCausalLM'], ...sizes, ...mamba },
      ...{ num_attention_heads: 2, num_key_value_heads: 1 },
    },
  });
  using conversation = model.conversation();
  const options = { ...greedy, maxNewTokens: 4, eosTokenId: [] };
  const first = await conversation.chat([user('once')], options).result();
  const next = [user('once'), { role: 'assistant', content: '' }];
  const ids = first.tokens;
  expect(conversation.cachedTokens).toBe(ids.length - 1);
  const changed = await conversation.chat([user('other'), ...next], options).result();
  expect(changed.cachedTokens).toBe(0);
  expect(changed.newTokens).toEqual((await model.chat([user('other'), ...next], options).result()).newTokens);
});

test('positions that depend on the length of a sequence are computed again beyond it', async () => {
  using model = await chatModel('{% for m in messages %}{{ m.content }}{% endfor %}', {
    config: { max_position_embeddings: 32, rope_scaling: { rope_type: 'dynamic', factor: 4 } },
  });
  using conversation = model.conversation();
  const options = { ...greedy, maxNewTokens: 4, maxLength: 100, eosTokenId: [] };
  const cached: number[] = [];
  for (const length of [10, 20, 40, 50]) {
    const messages = [user('x'.repeat(length))];
    const answer = await conversation.chat(messages, options).result();
    cached.push(answer.cachedTokens);
    expect(answer.newTokens).toEqual((await model.chat(messages, options).result()).newTokens);
  }
  expect(cached).toEqual([0, 10, 0, 0]);
});

test('a chat that is left or aborted gives all memory back, and the conversation goes on', async () => {
  await expectNoLeak(async () => {
    for await (const _ of qwen.chat([user('Hi')], { maxNewTokens: 9 })) break;
    const stop = new AbortController();
    const running = qwen.chat([user('Hi')], { maxNewTokens: 9, signal: stop.signal })[Symbol.asyncIterator]();
    await running.next();
    stop.abort(new Error('enough'));
    await expect(running.next()).rejects.toThrow('enough');
    await expect(qwen.chat([user('Hi')], { taps: ['nothing'] }).result()).rejects.toThrow('nothing');

    using conversation = qwen.conversation();
    const aborted = conversation.chat([user('Hi')], { maxNewTokens: 9, signal: AbortSignal.timeout(1e6) });
    for await (const _ of aborted) break;
    const kept = conversation.cachedTokens;
    expect(kept).toBeGreaterThan(0);
    const answer = await conversation.chat([user('Hi')], { ...greedy, maxNewTokens: 3 }).result();
    expect(answer.cachedTokens).toBe(answer.promptLength - 1);
    expect(answer.newTokens).toEqual(
      (await qwen.chat([user('Hi')], { ...greedy, maxNewTokens: 3 }).result()).newTokens,
    );
    await Promise.all([1, 2].map(() => conversation.chat([user('Hi')], { maxNewTokens: 3 }).result())); // two at once
    conversation.dispose();
    await expect(conversation.chat([user('Hi')]).result()).rejects.toThrow('chat: the conversation was disposed');
  });
});

test('a conversation whose weights have changed begins anew, and a model frees its conversations', async () => {
  const model = await chatModel(templateNamed('Qwen3-0.6B'));
  const conversation = model.conversation();
  await conversation.chat([user('Hi')], { ...greedy, maxNewTokens: 2 }).result();
  const weights = model.weights as unknown as { embedding: { weight: { clone(): unknown; dispose(): void } } };
  const { weight } = weights.embedding;
  const { keep, scale } = await import('@residual/tensor').then(({ keep, mul }) => ({ keep, scale: mul }));
  (weights.embedding as { weight: unknown }).weight = keep(scale(weight as never, 2));
  weight.dispose();
  const answer = await conversation.chat([user('Hi')], { ...greedy, maxNewTokens: 2 }).result();
  expect(answer.cachedTokens).toBe(0);
  model.dispose();
  expect(conversation.cachedTokens).toBe(0);
});

test('templates of files, several of them by name, and none', async () => {
  const files = await chatFiles('old', {
    files: {
      'chat_template.jinja': '{{ bos_token }}plain',
      'additional_chat_templates/tool_use.jinja': 'tools',
      'additional_chat_templates/rag.jinja': '{{ documents[0].title }}',
    },
  });
  using model = await loadModel(files);
  expect(model.chatTemplates).toEqual(['default', 'tool_use', 'rag']);
  expect((await model.renderChat([user('Hi')])).text).toBe('<s>plain');
  expect((await model.renderChat([user('Hi')], { tools })).text).toBe('tools');
  const documents = [{ title: 'Tale' }];
  expect((await model.renderChat([user('Hi')], { template: 'rag', documents })).text).toBe('Tale');
  expect([...(await model.save()).keys()]).toContain('additional_chat_templates/rag.jinja');
  files.delete('model.safetensors');
  const template = await openChatTemplate(files);
  expect(template.render([user('Hi')])).toBe('<s>plain');

  using silent = await chatModel(undefined);
  expect(silent.chatTemplates).toEqual([]);
  const none =
    'chat: the checkpoint has no chat template (chat_template.jinja, or chat_template in tokenizer_config.json), as ' +
    'models without instruction training; generate continues a text';
  await expect(silent.chat([user('Hi')]).result()).rejects.toThrow(none);
  await expect(silent.renderChat([user('Hi')])).rejects.toThrow('renderChat: the checkpoint has no chat template');
});

test.each<[unknown, object, string]>([
  ['Hi', {}, 'chat: the messages must be a list of records with a role'],
  [[{ content: 'Hi' }], {}, 'chat: the messages must be a list of records with a role'],
  [[user('Hi')], { tool: [] }, 'chat: tool is not an option; options are tools, '],
  [[user('Hi')], { tools: ['x'] }, 'chat: tools is '],
  [[user('Hi')], { templateOptions: { addGenerationPrompt: true } }, 'templateOptions has add_generation_prompt'],
  [[user('Hi')], { template: 'rag' }, 'chat: template "rag" is unknown; known are default'],
  [[user('Hi')], { callFormat: 'morse' }, 'chat: callFormat is morse; it can be qwen3-coder, glm, hermes'],
])('%j with %j is refused', async (messages, options, expected) => {
  const refused = qwen.chat(messages as ChatMessage[], options as never).result();
  await expect(refused).rejects.toThrow(expected);
});
