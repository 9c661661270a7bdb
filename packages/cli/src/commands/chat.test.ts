import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { llamaConfig } from '@residual/families';
import { type ChatAnswer, type ChatDelta, type ChatMessage, createModel } from '@residual/model';
import { byteTokenizerJson } from '@residual/testkit';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { ChatSession } from '../chat/session.js';
import { chatInTerminal } from '../chat/terminal.js';
import { runCommand, withInput } from '../testing/run-command.js';

const template =
  '{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{% if tools %}{{ tools | ' +
  'length }} tools{% endif %}{% if add_generation_prompt %}<|im_start|>assistant\n{{ mood }}{% endif %}';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'residual-chat-'));
  const write = (name: string, content: string | Uint8Array) => writeFile(join(folder, name), content);
  await write('tokenizer.json', byteTokenizerJson(['<|im_start|>', '<|im_end|>']));
  await write('tokenizer_config.json', JSON.stringify({ chat_template: template, eos_token: '<|im_end|>' }));
  await write('messages.json', JSON.stringify([{ role: 'user', content: 'Hi' }]));
  await write('tools.json', JSON.stringify([{ type: 'function', function: { name: 'now' } }]));
  await write('broken.json', '[3]');
});
afterAll(() => rm(folder, { recursive: true }));

const chat = (...args: string[]) => runCommand('chat', '--model', folder, ...args);
const file = (name: string) => join(folder, name);

/** Writes the weights, which the first tests do without. */
async function writeWeights(): Promise<void> {
  const sizes = { vocab: 258, modelDim: 8, heads: 2, depth: 1, maxPositions: 512 };
  using made = await createModel(llamaConfig(sizes), { seed: 4 });
  for (const [name, bytes] of await made.save()) await writeFile(file(name), bytes);
}

test('--render prints the prompt and nothing else, from the files of the tokenizer alone', async () => {
  const options = ['--messages', file('messages.json'), '--render'];
  expect(await chat(...options)).toEqual({
    code: 0,
    out: '<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    errors: '',
  });
  const more = ['--system', 'Be kind.', '--tools', file('tools.json'), '--template-options', '{"mood": "calm"}'];
  expect((await chat(...options, ...more)).out).toBe(
    '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n1 tools<|im_start|>assistant\ncalm',
  );
});

test.each([
  [['--messages', 'broken.json'], 'broken.json must be a list of messages'],
  [['--messages', 'tokenizer.json', '--tools', 'tokenizer.json'], 'tokenizer.json must be a list of messages'],
  [['--tools', 'broken.json'], 'broken.json must be a list of tools'],
  [['--template-options', '3'], 'chat: --template-options must be an object'],
  [['--template-options', '{'], 'chat: --template-options is not JSON'],
  [['--message', 'Hi', '--template', 'rag', '--render'], 'chat: template "rag" is unknown; known are default'],
])('%j is refused', async (args, expected) => {
  const options = args.map(arg => (arg.endsWith('.json') ? file(arg) : arg));
  const { code, errors } = await chat(...options);
  expect([code, errors]).toEqual([1, expect.stringContaining(expected)]);
});

test('a checkpoint without a template says so', async () => {
  const bare = await mkdtemp(join(tmpdir(), 'residual-chat-'));
  await writeFile(join(bare, 'tokenizer_config.json'), '{}');
  const { code, errors } = await runCommand('chat', '--model', bare, '--message', 'Hi', '--render');
  expect([code, errors]).toEqual([1, expect.stringContaining('has no chat template')]);
  await rm(bare, { recursive: true });
});

test('one message, or one on each line of a pipe, is answered; a conversation goes on', async () => {
  await writeWeights();
  const settings = ['--temperature', '0', '--max-new-tokens', '4'];
  const one = await chat('--message', 'Hi', ...settings, '--json');
  expect(one).toMatchObject({ code: 0, errors: '' });
  const answer = JSON.parse(one.out);
  expect(answer).toMatchObject({
    ...{ thinking: '', calls: [], malformed_calls: [], finish_reason: 'length', cached_tokens: 0, seed: null },
    message: { role: 'assistant', content: answer.text },
  });
  expect(answer.new_token_ids).toHaveLength(4);
  expect((await chat('--message', 'Hi', ...settings)).out).toBe(`${answer.text}\n`);

  const piped = await withInput('Hi\n\nAnd now?\n', () => chat(...settings, '--json'));
  const [first, second, ...others] = piped.out
    .trim()
    .split('\n')
    .map(line => JSON.parse(line));
  expect(others).toEqual([]);
  expect(first).toEqual(answer);
  expect(second.cached_tokens).toBeGreaterThan(first.prompt_tokens);
  const { out } = await withInput('', () => chat('--messages', file('messages.json'), ...settings, '--json'));
  expect(JSON.parse(out)).toEqual(answer);
});

const call = { id: 'call00001', name: 'now', arguments: { zone: 'UTC' } };
const step = {} as ChatDelta['step'];

/** A conversation that answers with these deltas, and with `Infinity` of the last one until it is stopped. */
function scripted(answers: readonly (readonly Omit<ChatDelta, 'step'>[])[]) {
  let turn = -1;
  const asked: (readonly ChatMessage[])[] = [];
  async function* run(signal: AbortSignal | undefined): AsyncGenerator<ChatDelta, ChatAnswer> {
    const deltas = answers[turn]!;
    for (const delta of deltas) yield { ...delta, step } as ChatDelta;
    const text = deltas.map(({ kind, delta }) => (kind === 'text' ? delta : '')).join('');
    if (text.endsWith('...'))
      await new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    const calls = deltas.some(({ kind }) => kind === 'call')
      ? [{ type: 'function', id: call.id, function: { name: call.name, arguments: call.arguments } }]
      : undefined;
    return { message: { role: 'assistant', content: text, ...(calls && { tool_calls: calls }) } } as ChatAnswer;
  }
  const chat = (messages: readonly ChatMessage[], { signal }: { signal?: AbortSignal } = {}) => {
    turn += 1;
    asked.push([...messages]);
    return { [Symbol.asyncIterator]: () => run(signal), result: () => Promise.reject(new Error('not asked')) };
  };
  return { conversation: { chat } as never, asked };
}

/** Types lines, each once the prompt is there, and returns what was printed, asked and said at the end. */
async function talk(answers: Parameters<typeof scripted>[0], typed: readonly string[], messages: ChatMessage[] = []) {
  const { conversation, asked } = scripted(answers);
  const session = new ChatSession({ conversation, messages, options: {}, json: false });
  const printed: string[] = [];
  const input = new PassThrough();
  const output = new PassThrough();
  const left = [...typed];
  output.on('data', (data: Buffer) => {
    if (String(data).includes('> ')) setImmediate(() => input.write(left.shift() ?? '\u0004'));
  });
  vi.spyOn(console, 'log').mockImplementation(text => printed.push(`${text}\n`));
  vi.spyOn(console, 'error').mockImplementation(text => printed.push(`! ${text}\n`));
  vi.spyOn(process.stdout, 'write').mockImplementation(text => {
    printed.push(String(text));
    if (String(text).endsWith('...')) setImmediate(() => input.write('\u0003')); // Ctrl-C
    return true;
  });
  try {
    await chatInTerminal(session, { input, output, signal: new AbortController().signal });
  } finally {
    vi.restoreAllMocks();
  }
  return { text: printed.join(''), asked, messages: session.messages };
}

const says = (delta: string) => ({ kind: 'text', delta }) as const;

test('a chat in a terminal: messages, commands, undo and files', async () => {
  const saved = file('saved.json');
  const { text, asked, messages } = await talk(
    [[says('Hel'), says('lo')], [says('Yes')], [says('Bye')]],
    [
      'Hi\n',
      '/system Be kind.\n',
      'one\\\n',
      'two\n',
      '/undo\n',
      '//x\n',
      `/save ${saved}\n`,
      '/fly\n',
      '/help\n',
      '/exit\n',
    ],
  );
  expect(text).toContain('Hello\n');
  expect(text).toContain('! taken back: one\ntwo\n');
  expect(text).toContain('! /fly is unknown; /help shows the commands\n');
  expect(text).toContain('/undo         take back your last message and its answer');
  expect(asked[1]!.map(({ content }) => content)).toEqual(['Be kind.', 'Hi', 'Hello', 'one\ntwo']);
  expect(messages.map(({ role, content }) => [role, content])).toEqual([
    ['system', 'Be kind.'],
    ['user', 'Hi'],
    ['assistant', 'Hello'],
    ['user', '/x'],
    ['assistant', 'Bye'],
  ]);
  expect(JSON.parse(await readFile(saved, 'utf8'))).toEqual(messages);
});

test('Ctrl-C stops the answer and not the chat; what was said is kept', async () => {
  const { text, messages } = await talk([[says('One...')], [says('Two')]], ['count\n', 'again\n']);
  expect(text).toBe('One...\nTwo\n');
  expect(messages.map(({ content }) => content)).toEqual(['count', 'One...', 'again', 'Two']);
});

test('calls are shown, and their results go back', async () => {
  const asks = [
    { kind: 'thinking', delta: 'hm' },
    says('Let me see.'),
    { kind: 'callText', delta: '{}' },
    { kind: 'call', delta: '', call },
    { kind: 'malformedCall', delta: '<tool_call>{', message: 'not JSON' },
  ] as Omit<ChatDelta, 'step'>[];
  const { text, messages } = await talk(
    [asks, [says('Noon')]],
    ['/result too early\n', '/result 12:00\n'],
    [{ role: 'user', content: 'time?' }],
  );
  expect(text).toContain('Let me see.\n→ now({"zone":"UTC"})\n<tool_call>{\n');
  expect(text).toContain('! residual: the call cannot be read: not JSON\n');
  expect(messages.slice(2)).toEqual([
    { role: 'tool', tool_call_id: 'call00001', name: 'now', content: 'too early' },
    { role: 'assistant', content: 'Noon' },
  ]);
  expect(text).toContain('! residual: chat: no call waits for a result\n');
});
