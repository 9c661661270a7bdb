import { readFixtureText } from '@residual/testkit/read-fixture';
import { expect, test } from 'vitest';
import { type AnswerPart, answerFormat, type CallFormat, chatTemplate } from '../index.js';
import { misfit } from './json-schema.js';

const weather = {
  type: 'object',
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1 }, deep: { type: 'array' } },
  required: ['city'],
};
const tools = [
  { type: 'function', function: { name: 'get_weather', description: 'The weather', parameters: weather } },
  { type: 'function', function: { name: 'now', description: 'The time', parameters: { type: 'object' } } },
];

/** The parts of an answer that comes in pieces of `size` characters; the deltas of a part are joined. */
function partsOf(
  format: CallFormat | string,
  answer: string,
  { size = 1, prompt = '', given = tools as object[] } = {},
) {
  const known = format in templates ? templates[format as keyof typeof templates] : format;
  const parser = answerFormat(known).parser({ prompt, tools: given });
  const parts: AnswerPart[] = [];
  for (let at = 0; at < answer.length; at += size) parts.push(...parser.push(answer.slice(at, at + size)));
  parts.push(...parser.end());
  const joined: AnswerPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (last?.kind === part.kind && part.kind !== 'call')
      joined[joined.length - 1] = { ...part, delta: last.delta + part.delta } as AnswerPart;
    else joined.push(part);
  }
  return joined;
}

const short = (parts: readonly AnswerPart[]) =>
  parts
    .filter(({ kind }) => kind !== 'callText')
    .map(part => {
      if (part.kind === 'call') return ['call', part.call.name, part.call.arguments];
      return part.kind === 'malformedCall' ? [part.kind, part.delta, part.message] : [part.kind, part.delta];
    });

/** The marks by which each format is known. */
const templates = {
  hermes: '<tool_call> <think>',
  'qwen3-coder': '<tool_call> <function=',
  glm: '<tool_call> <arg_key> <think>',
  mistral: '[TOOL_CALLS] [THINK]',
  llama3: '<|python_tag|>',
  python: '[func_name1(params_name1=params_value1)]',
  lfm2: '<|tool_call_start|>',
  deepseek: '<｜tool▁calls▁begin｜> </think>',
  granite: '<|tool_call|>',
  'gpt-oss': '<|channel|>',
} satisfies Record<CallFormat, string>;

const paris = ['call', 'get_weather', { city: 'Paris', days: 2 }];
const now = ['call', 'now', {}];

test.each<[CallFormat, string, unknown[]]>([
  [
    'hermes',
    '<think>\nhm <b>\n</think>\n\nLet me look.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris", ' +
      '"days": 2}}\n</tool_call>\n<tool_call>\n{"name": "now", "arguments": "{}"}\n</tool_call>',
    [['thinking', 'hm <b>'], ['text', 'Let me look.'], paris, now],
  ],
  [
    'qwen3-coder',
    'Yes.\n\n<tool_call>\n<function=get_weather>\n<parameter=city>\nParis\n</parameter>\n<parameter=days>\n2\n' +
      '</parameter>\n</function>\n</tool_call>\n<tool_call>\n<function=now>\n</function>\n</tool_call>',
    [['text', 'Yes.'], paris, now],
  ],
  [
    'glm',
    '<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Paris</arg_value>\n<arg_key>days</arg_key>\n' +
      '<arg_value>2</arg_value>\n</tool_call>\n<tool_call>now</tool_call>',
    [paris, now],
  ],
  [
    'mistral',
    '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}, {"name": "now", "arguments": ' +
      '{}}]',
    [paris, now],
  ],
  [
    'mistral',
    '[THINK]hm[/THINK]So.[TOOL_CALLS]get_weather[CALL_ID]a1[ARGS]{"city": "Paris", "days": 2}[TOOL_CALLS]now[ARGS]{}',
    [['thinking', 'hm'], ['text', 'So.'], paris, now],
  ],
  ['mistral', '[TOOL_CALLS]get_weather{"city": "Paris", "days": 2}', [paris]],
  ['llama3', '{"name": "get_weather", "parameters": {"city": "Paris", "days": 2}}', [paris]],
  [
    'llama3',
    '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris", "days": 2}}; {"name": "now", ' +
      '"parameters": {}}',
    [paris, now],
  ],
  ['llama3', '<|python_tag|>brave_search.call(query="a b")', [['call', 'brave_search', { query: 'a b' }]]],
  ['llama3', '{"answer": 3}', [['text', '{"answer": 3}']]],
  ['llama3', '{', [['text', '{']]],
  ['python', "[get_weather(city='Paris', days=2), now()]", [paris, now]],
  ['python', '[1] is a list', [['text', '[1] is a list']]],
  ['lfm2', '<|tool_call_start|>[get_weather("Paris", 2)]<|tool_call_end|> Wait.', [paris, ['text', 'Wait.']]],
  [
    'deepseek',
    'hm</think>Yes<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n{"city": ' +
      '"Paris", "days": 2}\n```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜>' +
      '<｜tool▁calls▁end｜>',
    [['text', 'hm</think>Yes'], paris, now],
  ],
  ['granite', '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris", "days": 2}}]', [paris]],
  [
    'gpt-oss',
    '<|channel|>analysis<|message|>hm <b><|end|><|start|>assistant<|channel|>commentary<|message|>I look.<|end|>' +
      '<|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>' +
      '{"city": "Paris", "days": 2}<|call|>',
    [['thinking', 'hm <b>'], ['text', 'I look.'], paris],
  ],
  [
    'gpt-oss',
    '<|start|>assistant to=functions.now<|channel|>commentary<|message|><|end|><|channel|>final<|message|>So',
    [now, ['text', 'So']],
  ],
  ['gpt-oss', 'plain', [['text', 'plain']]],
])('%s: text, thinking and calls of %j', (format, answer, expected) => {
  for (const size of [1, 3, 1000]) expect(short(partsOf(format, answer, { size }))).toEqual(expected);
});

test('a call is shown while it is written', () => {
  const parts = partsOf('hermes', 'a <tool_call>{"name": "now"}</tool_call> b');
  expect(parts).toEqual([
    { kind: 'text', delta: 'a' },
    { kind: 'callText', delta: '{"name": "now"}' },
    { kind: 'call', delta: '', call: { id: 'call00001', name: 'now', arguments: {} } },
    { kind: 'text', delta: 'b' },
  ]);
});

test('thinking that the prompt has begun ends where its mark is', () => {
  const prompt = '<|im_start|>assistant\n<think>\n';
  expect(short(partsOf('hermes', 'hm\n\n</think>\n\nYes ', { prompt }))).toEqual([
    ['thinking', 'hm'],
    ['text', 'Yes '],
  ]);
  expect(short(partsOf('hermes', 'hm', { prompt }))).toEqual([['thinking', 'hm']]);
});

test('an answer without marks keeps every character, whatever it looks like', () => {
  for (const text of ['  a < b <tool <think \n', '\n', '<', '<tool_cal', 'a</think> b'])
    for (const size of [1, 2, 50]) expect(short(partsOf('hermes', text, { size }))).toEqual([['text', text]]);
});

test.each<[CallFormat, string, string, string]>([
  ['hermes', '<tool_call>{"name": "now", </tool_call>', '<tool_call>{"name": "now", </tool_call>', 'not JSON'],
  ['hermes', '<tool_call>{"nam', '<tool_call>{"nam', 'not JSON'],
  ['hermes', '<tool_call></tool_call>', '<tool_call></tool_call>', 'there is nothing'],
  ['hermes', '<tool_call>3</tool_call>', '<tool_call>3</tool_call>', 'a call must be a record'],
  [
    'hermes',
    '<tool_call>{"a": 1}</tool_call>',
    '<tool_call>{"a": 1}</tool_call>',
    'a call must have the name of a tool',
  ],
  [
    'hermes',
    '<tool_call>{"name": "now", "arguments": [1]}</tool_call>',
    '<tool_call>{"name": "now", "arguments": [1]}</tool_call>',
    'the arguments of a call must be a record',
  ],
  ['qwen3-coder', '<tool_call><function=now>', '<tool_call><function=now>', '</function> is missing'],
  ['glm', '<tool_call>now<arg_key>a</tool_call>', '<tool_call>now<arg_key>a</tool_call>', '</arg_key> is missing'],
  ['llama3', '{"name": "now", "parameters": ', '{"name": "now", "parameters": ', 'not JSON'],
  ['llama3', '<|python_tag|>print(1)', '<|python_tag|>print(1)', 'not JSON'],
  ['python', '[now(', '[now(', 'expected argument=value at the end'],
  ['lfm2', '<|tool_call_start|>[now(1)]', '<|tool_call_start|>[now(1)]', 'expected argument=value at "1)]"'],
  ['gpt-oss', '<|channel|>x to=functions.now<|message|>{', '<|channel|>x to=functions.now<|message|>{', 'not JSON'],
  ['deepseek', '<｜tool▁calls▁begin｜>x', '<｜tool▁calls▁begin｜>x', 'expected <｜tool▁call▁begin｜>'],
])('%s: a call that cannot be read is shown as it is: %s', (format, answer, delta, message) => {
  for (const size of [1, 1000]) {
    const [part, ...others] = short(partsOf(format, answer, { size }));
    expect([part![0], part![1], others]).toEqual(['malformedCall', delta, []]);
    expect(part![2]).toContain(message);
  }
});

test.each([
  ['{"name": "fly", "arguments": {}}', 'there is no tool fly; tools are get_weather, now'],
  ['{"name": "get_weather", "arguments": {}}', 'arguments.city is missing'],
  ['{"name": "get_weather", "arguments": {"city": 3}}', 'arguments.city is 3; it must be of type string'],
  ['{"name": "get_weather", "arguments": {"city": "a", "days": 0}}', 'arguments.days is 0; it must be at least 1'],
])('a call that does not fit the tools says why: %s', (json, problem) => {
  const call = partsOf('hermes', `<tool_call>${json}</tool_call>`).find(({ kind }) => kind === 'call');
  expect(call).toMatchObject({ call: { problem } });
  const none = partsOf('hermes', `<tool_call>${json}</tool_call>`, { given: [] });
  expect(none.at(-1)).toMatchObject({ call: { problem: expect.stringContaining('no tools were given') } });
});

test('without tools an answer in JSON or brackets is text', () => {
  const json = '{"name": "now", "parameters": {}}';
  expect(short(partsOf('llama3', json, { given: [] }))).toEqual([['text', json]]);
});

test('values of Python are read', () => {
  const text = `[f(a=[1, -2.5, 1e3, (True, None)], b={'k': "it's", 2: 'x\\n\\x41\\u00e9'}, c='', d=1_000, e='\\q')]`;
  const [call] = short(partsOf('python', text));
  expect(call).toEqual([
    'call',
    'f',
    { a: [1, -2.5, 1000, [true, null]], b: { k: "it's", 2: 'x\nAé' }, c: '', d: 1000, e: '\\q' },
  ]);
});

const schemas: readonly [schema: object, value: unknown, problem: string | undefined][] = [
  [{ type: ['string', 'null'] }, null, undefined],
  [{ type: 'integer' }, 1.5, 'x is 1.5; it must be of type integer'],
  [{ type: 'number' }, 2, undefined],
  [{ type: 'object' }, [], 'x is []; it must be of type object'],
  [{ enum: ['a', [1, { b: 2 }]] }, [1, { b: 2 }], undefined],
  [{ enum: ['a', 2] }, 'c', 'x is "c"; it must be one of "a", 2'],
  [{ const: 1 }, 2, 'x is 2; it must be 1'],
  [{ maximum: 3 }, 4, 'x is 4; it must be at most 3'],
  [{ exclusiveMinimum: 3 }, 3, 'x is 3; it must be above 3'],
  [{ exclusiveMaximum: 3 }, 3, 'x is 3; it must be below 3'],
  [{ minLength: 2 }, 'é', 'x is "é"; it must have at least 2 characters'],
  [{ maxItems: 1 }, [1, 2], 'x is [1,2]; it must have at most 1 items'],
  [{ items: { type: 'string' } }, ['a', 3], 'x[1] is 3; it must be of type string'],
  [{ prefixItems: [{ type: 'number' }], items: false }, [1, 2], 'x[1] is not allowed'],
  [{ properties: { a: {} }, additionalProperties: false }, { b: 1 }, 'x.b is unknown; known are a'],
  [{ additionalProperties: { type: 'number' } }, { b: 'c' }, 'x.b is "c"; it must be of type number'],
  [
    { properties: { a: { properties: { b: { type: 'null' } } } } },
    { a: { b: 0 } },
    'x.a.b is 0; it must be of type null',
  ],
  [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 3, 'x is 3; it fits none of its forms: '],
  [{ anyOf: [{ type: 'string' }, { type: 'number' }] }, 3, undefined],
  [{ oneOf: [{ type: 'number' }, { minimum: 1 }] }, 3, 'x is 3; it fits 2 of its forms, it must fit one'],
  [{ allOf: [{ type: 'number' }, { minimum: 4 }] }, 3, 'x is 3; it must be at least 4'],
  [{ not: { type: 'number' } }, 3, 'x is 3; it has a form that is not allowed'],
  [{ $defs: { c: { type: 'string' } }, items: { $ref: '#/$defs/c' } }, [3], 'x[0] is 3; it must be of type string'],
  [{ $ref: '#' }, 3, 'x is nested deeper than 64 schemas'],
  [{ required: ['toString'] }, {}, 'x.toString is missing'],
];
test.each(schemas)('%j and %j', (schema, value, problem) => {
  const found = misfit(schema as Record<string, unknown>, value, 'x');
  if (problem === undefined) expect(found).toBeUndefined();
  else expect(found).toContain(problem);
});

interface Published {
  readonly templates: readonly { readonly name: string; readonly template: string }[];
}
const published = ['apache', 'mit'].flatMap(
  folder => (JSON.parse(readFixtureText(`chat/${folder}/templates.json`)) as Published).templates,
);
const formats: Readonly<Record<string, CallFormat | undefined>> = {
  'Qwen-Qwen2.5-7B-Instruct': 'hermes',
  'Qwen-Qwen3-0.6B': 'hermes',
  'Qwen-QwQ-32B': 'hermes',
  'openai-gpt-oss-120b': 'gpt-oss',
  'mistralai-Mistral-Nemo-Instruct-2407': 'mistral',
  'Mistral-Small-3.2-24B-Instruct-2506': 'mistral',
  'unsloth-mistral-Devstral-Small-2507': 'mistral',
  'ibm-granite-granite-3.3-2B-Instruct': 'granite',
  'microsoft-Phi-3.5-mini-instruct': undefined,
  'deepseek-ai-DeepSeek-R1-Distill-Qwen-32B': 'deepseek',
};

test.each(published)('what the template of $name makes of a call is read as that call', ({ name, template }) => {
  const format = answerFormat(template);
  expect(format.calls).toBe(formats[name]);
  // Granite writes calls of the past as JSON alone; DeepSeek's wants content that is null, which no template sees
  if (['granite', 'deepseek', undefined].includes(format.calls)) return;
  const chat = chatTemplate({ chat_template: template, bos_token: '<s>', eos_token: '</s>' })!;
  const values = { city: 'Zürich "x"\n', days: 2, deep: [1, 2.5, null, { a: true }] };
  const call = { type: 'function', id: 'call00001', function: { name: 'get_weather', arguments: values } };
  const question = [{ role: 'user', content: 'Hi' }];
  const answer = { role: 'assistant', content: '', tool_calls: [call] };
  const prompt = chat.render(question, { tools, addGenerationPrompt: true }).replace(/<think>\n$/, '');
  const whole = chat.render([...question, answer], { tools });
  expect(whole.startsWith(prompt.trimEnd())).toBe(true);
  const written = whole.slice(prompt.length).replace(/(<\|im_end\|>|<\/s>)\s*$/, '');
  const parts = partsOf(template, written, { prompt });
  expect(short(parts)).toEqual([['call', 'get_weather', values]]);
});
