import { ResidualError } from '@residual/base';
import { readFixtureText } from '@residual/testkit/read-fixture';
import { expect, test } from 'vitest';
import { tokenizerFromJson } from '../formats/json/load.js';
import { type ChatMessage, type ChatOptions, chatTemplate } from './index.js';

const chatml =
  "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + " +
  "'\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";
const llama =
  "{% if messages[0]['role'] == 'system' %}{% set loop_messages = messages[1:] %}{% set system_message = " +
  "messages[0]['content'] %}{% else %}{% set loop_messages = messages %}{% set system_message = false %}{% endif " +
  "%}{% for message in loop_messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ " +
  "raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% if " +
  "loop.index0 == 0 and system_message != false %}{% set content = '<<SYS>>\\n' + system_message + " +
  "'\\n<</SYS>>\\n\\n' + message['content'] %}{% else %}{% set content = message['content'] %}{% endif %}{% if " +
  "message['role'] == 'user' %}{{ bos_token + '[INST] ' + content.strip() + ' [/INST]' }}{% elif message['role'] " +
  "== 'assistant' %}{{ ' '  + content.strip() + ' ' + eos_token }}{% endif %}{% endfor %}";

const user = { role: 'user', content: 'Hi' };
const assistant = { role: 'assistant', content: 'Hello  ' };

test('a conversation is rendered according to the template', () => {
  const template = chatTemplate({ chat_template: chatml })!;
  expect(template.names).toEqual(['default']);
  expect(template.render([user, assistant])).toBe(
    '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello  <|im_end|>\n',
  );
  expect(template.render([user], { addGenerationPrompt: true })).toBe(
    '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
  );
});

test('special tokens are read from the configuration, as texts or as objects', () => {
  const config = { chat_template: llama, bos_token: '<s>', eos_token: { content: '</s>', special: true } };
  const template = chatTemplate(JSON.stringify(config))!;
  const system = { role: 'system', content: 'Be kind.' };
  expect(template.render([system, user, assistant])).toBe(
    '<s>[INST] <<SYS>>\nBe kind.\n<</SYS>>\n\nHi [/INST] Hello </s>',
  );
});

test('a started answer can be continued', () => {
  const template = chatTemplate({ chat_template: chatml })!;
  expect(template.render([user, assistant], { continueFinalMessage: true })).toBe(
    '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello  ',
  );
  const trimming = chatTemplate({ chat_template: llama, bos_token: '<s>', eos_token: '</s>' })!;
  expect(trimming.render([user, assistant], { continueFinalMessage: true })).toBe('<s>[INST] Hi [/INST] Hello  ');
  const ending = chatTemplate({ chat_template: '{% for m in messages %}{{ m.content | trim }}|{% endfor %}' })!;
  expect(ending.render([user, assistant], { continueFinalMessage: true })).toBe('Hi|Hello');
  const parts = [{ role: 'user', content: [{ text: 'a' }, { text: 'b ' }, { image: 1 }] }];
  const inParts = chatTemplate({ chat_template: '{% for p in messages[0].content %}{{ p.text }}{% endfor %}|' })!;
  expect(inParts.render(parts, { continueFinalMessage: true })).toBe('ab ');
});

test('among several templates the one for tools is used with tools, and it receives further variables', () => {
  const template = chatTemplate({
    chat_template: [
      { name: 'default', template: 'plain {{ mood }}' },
      { name: 'tool_use', template: '{{ tools | length }} tools' },
      { name: 'rag', template: '{{ documents[0].title }}' },
    ],
  })!;
  expect(template.render([user], { variables: { mood: 'calm' } })).toBe('plain calm');
  expect(template.render([user], { tools: [{ type: 'function' }] })).toBe('1 tools');
  expect(template.render([user], { template: 'rag', documents: [{ title: 'Tale' }] })).toBe('Tale');
});

test('tools and documents are none if they are absent', () => {
  const template = chatTemplate({
    chat_template: '{{ tools is defined }}{{ tools is none }}{% if documents is not none %}D{% else %}-{% endif %}',
  })!;
  expect(template.render([user])).toBe('TrueTrue-');
  expect(template.render([user], { tools: [], documents: [] })).toBe('TrueFalseD');
});

test('null fields of a message are absent, and the reasoning has its usual names', () => {
  const template = chatTemplate({
    chat_template:
      "{% for m in messages %}{{ 'content' in m }}{{ m.content is defined }}{{ m.thinking }}{{ " +
      'm.reasoning_content }};{% endfor %}',
  })!;
  const calls = { role: 'assistant', content: null, tool_calls: [], reasoning: 'hm' };
  expect(template.render([calls, user])).toBe('FalseFalsehmhm;TrueTrue;');
  expect(calls.content).toBe(null);
});

test('a filter treats absent content as an empty text', () => {
  const template = chatTemplate({ chat_template: '{% for m in messages %}[{{ m.content | trim }}]{% endfor %}' })!;
  expect(template.render([user, { role: 'assistant', content: null }])).toBe('[Hi][]');
  const other = chatTemplate({ chat_template: '[{{ nothing | trim }}]' })!;
  expect(other.render([{ role: 'user' }])).toBe('[]');
});

test('a template in its own file replaces the one in the configuration', () => {
  expect(chatTemplate({ chat_template: 'old', eos_token: '!' }, 'new{{ eos_token }}')!.render([user])).toBe('new!');
  expect(chatTemplate({})).toBeUndefined();
  const several = chatTemplate({ chat_template: 'old' }, { default: 'new', tool_use: 'tools' })!;
  expect([several.names, several.render([user], { tools: [{}] })]).toEqual([['default', 'tool_use'], 'tools']);
});

test('the tokens of a conversation are those of its text: special tokens are found and none are added', () => {
  const tokenizer = tokenizerFromJson(readFixtureText('tokenizers/bpe-llama2/tokenizer.json'));
  const template = chatTemplate({ chat_template: llama, bos_token: '<s>', eos_token: '</s>' })!;
  const { ids, tokens } = template.encode(tokenizer, [user, assistant]);
  expect(tokens[0]).toBe('<s>');
  expect(tokens.filter(token => token === '<s>')).toHaveLength(1);
  expect(ids.at(-1)).toBe(tokenizer.tokenToId('</s>'));
});

const message = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    return ResidualError.is(error) ? `${error.code} ${error.message}` : error;
  }
  return 'no error';
};
const refusal = (messages: unknown, options: ChatOptions = {}, template = llama) =>
  message(() => chatTemplate({ chat_template: template })!.render(messages as ChatMessage[], options));

test.each([
  [
    [assistant],
    {},
    'the template refuses this conversation: Conversation roles must alternate user/assistant/user/assistant/...',
  ],
  ['Hi', {}, 'messages must be an array, they are a string'],
  [[], {}, 'messages must hold at least one message'],
  [[null], {}, 'message 0 must have a role that is a string, it is missing'],
  [[user, { role: 3 }], {}, 'message 1 must have a role that is a string, it is a number'],
  [[user], { template: 'rag' }, 'template "rag" is unknown; known are default'],
  [
    [user],
    { addGenerationPrompt: true, continueFinalMessage: true },
    'addGenerationPrompt starts an answer and continueFinalMessage continues one; one of them must be false',
  ],
])('%j is refused', (messages, options, expected) => {
  expect(refusal(messages, options)).toBe(`input chat: ${expected}`);
});

test('a message that cannot be continued is refused', () => {
  const options = { continueFinalMessage: true };
  expect(refusal([{ role: 'user', content: [] }], options, 'x')).toBe(
    'input chat: continueFinalMessage needs a last message whose content is a text',
  );
  expect(refusal([user], options, 'x')).toBe(
    'input chat: the template changes the last message, so that continueFinalMessage does not find it',
  );
});

test('a configuration or a template that is broken is an error of the file', () => {
  expect(message(() => chatTemplate('{'))).toMatch(/^file tokenizer: tokenizer_config\.json is not JSON: /);
  expect(message(() => chatTemplate({ chat_template: '{% if %}' }))).toMatch(
    /^file tokenizer: chat template "default" cannot be read: /,
  );
  expect(message(() => chatTemplate({ chat_template: [{ name: 'a' }] }))).toBe(
    'file tokenizer: tokenizer_config.json.chat_template[0].template must be a string, it is missing',
  );
});

/** Half a million characters. */
const half = `{% set n = namespace(s='aaaaaaaa') %}{% for i in range(16) %}{% set n.s = n.s ~ n.s %}{% endfor %}`;

test.each([
  ['{% for i in range(1000000000) %}x{% endfor %}', /range\(\) of 1000000000 numbers; 65536 would fit$/],
  ['{% for i in range(60000) %}{% for j in range(60000) %}{% endfor %}{% endfor %}', /more than \d+ steps$/],
  [
    '{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}x{% endfor %}{% endfor %}{% ' +
      'endfor %}',
    /more than \d+ steps$/,
  ],
  [
    `{% set n = namespace(s='aaaaaaaa') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}{{ n.s }}`,
    /a text of 8388608 characters; 4194304 would fit$/,
  ],
  [
    `{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = n.l + n.l %}{% endfor %}`,
    /a list of \d+ values; 1048576 would fit$/,
  ],
  [
    `{% set n = namespace(l=[1]) %}{% for i in range(60) %}{% set n.l = [n.l, n.l] %}{% endfor %}{{ n.l | tojson }}`,
    /a list of \d+ values; 1048576 would fit$/,
  ],
  [`{% set d = {} %}{% set d.a = [d, d] %}{{ d | tojson }}`, /cannot assign attribute on non-namespace object$/],
  [`{% macro m(x) %}{{ m(x) }}{{ m(x) }}{% endmacro %}{{ m(1) }}`, /the template refuses this conversation: /],
  ['{% for i in range(999) %}{{ range(60000) | sort | length }}{% endfor %}', /more than \d+ steps$/],
  [`${half}{% set f = n.s.split %}{% for i in range(60000) %}{% set m = f('b') %}{% endfor %}`, /more than \d+ steps$/],
  [`${half}{% set l = [n.s, n.s, n.s, n.s] %}{{ (l + l) | sort | length }}`, /more than \d+ steps$/],
  [`${half}{% set l = [n.s] %}{{ l | sort | length }}`, /^no error$/],
  ['{{ range(3) | join }}', /^no error$/],
])('a template ends, however it loops and grows: %s', (template, expected) => {
  expect(String(refusal([user], {}, template))).toMatch(expected);
});

test('runs of blanks may be long, up to a limit', () => {
  expect(refusal([user], {}, `a${' '.repeat(8000)}{{ 'b' }}`)).toBe('no error');
  expect(refusal([user], {}, `a${' '.repeat(9e5)}b`)).toBe(
    'file tokenizer: chat template "default" cannot be read: it has runs of blanks that are too long',
  );
});

test.each([
  [
    `{{ 'parts: ' + [{'type': 'text'}] }}`,
    'input chat: the template refuses this conversation: + joins a text only to texts, not to a list',
  ],
  [`{{ ({'a': 1}) + 'x' }}`, /not to a record$/],
  [`{{ 'n: ' + (1 + 2) }}`, /not to a number$/],
  [`{{ 'n: ' + 1.5 + 'x' }}`, /not to a number$/],
  [`{{ (1 == 1) + 'x' }}`, /not to a boolean$/],
  [`{{ 'x' + (1, 2) }}`, /not to a tuple$/],
  [`{% macro m(x) %}{{ 'a' + (m(x - 1) if x else [1]) }}{% endmacro %}{{ m(3) }}`, /not to a list$/],
  [`{% macro m(x) %}{{ 'a' + (m(x - 1) if x else 'b') }}{% endmacro %}{{ m(2) + 'c' }}`, /^no error$/],
  [`{{ 'a' ~ 1 }}{{ [1] + [2] }}{{ 1 + 2.5 }}`, /^no error$/],
])('a text is added to texts alone, as Python has it: %s', (template, expected) => {
  expect(String(refusal([user], {}, template))).toMatch(expected);
});

test('a template that is too long or too deep is an error of the file', () => {
  const refused = (template: string) => message(() => chatTemplate({ chat_template: template }));
  expect(refused('x'.repeat(2 ** 20 + 1))).toBe(
    'file tokenizer: chat template "default" cannot be read: it has 1048577 characters; 1048576 would fit',
  );
  expect(refused(`{{ ${'('.repeat(100_000)}1${')'.repeat(100_000)} }}`)).toMatch(
    /^file tokenizer: chat template "default" cannot be read: /,
  );
});

test('templates may visit long texts a few times', () => {
  const long = { role: 'user', content: `${'Once upon a time. '.repeat(200_000)}` };
  const template = chatTemplate({
    chat_template:
      `{% macro said(text) %}{{ text | trim }}{% endmacro %}{% for m in messages %}{% if '</think>' ` +
      `in m.content %}{{ m.content.split('</think>')[-1].lstrip('\n') }}{% else %}{{ ` +
      `said(m.content) }}{% endif %}{% set last = m.content.split('\n') %}{{ last[-1] is string and ` +
      `m.content.startswith('x') }}{% endfor %}`,
  })!;
  expect(template.render([long])).toBe(`${long.content.trim()}False`);
});

test('a conversation of 2,000 messages is rendered, with the global variables of the library', () => {
  const long = Array.from({ length: 1000 }, () => [user, assistant]).flat();
  const text = chatTemplate({ chat_template: llama, bos_token: '<s>', eos_token: '</s>' })!.render(long);
  expect(text.split('[INST]')).toHaveLength(1001);
  expect(
    chatTemplate({ chat_template: "{{ strftime_now('%Y') }} {{ None is none }} {{ True }}" })!.render([user]),
  ).toMatch(/^\d{4} True True$/);
});
