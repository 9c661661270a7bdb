import { readFixtureText } from '@residual/testkit/read-fixture';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type ChatMessage, type ChatOptions, chatTemplate } from './index.js';

interface Reference {
  readonly conversations: readonly {
    readonly messages: readonly ChatMessage[];
    readonly options: Readonly<Record<string, unknown>>;
  }[];
  /** What the reference renders of each conversation; null where it refuses it. */
  readonly templates: readonly {
    readonly name: string;
    readonly template: string;
    readonly rows: readonly (string | null)[];
  }[];
}

beforeAll(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 1, 3, 14, 5, 9) }); // the reference's time
});
afterAll(() => {
  vi.useRealTimers();
});

function optionsOf(all: Readonly<Record<string, unknown>>): ChatOptions {
  const { add_generation_prompt, continue_final_message, tools, documents, ...variables } = all;
  return {
    addGenerationPrompt: add_generation_prompt === true,
    continueFinalMessage: continue_final_message === true,
    ...(tools ? { tools: tools as object[] } : {}),
    ...(documents ? { documents: documents as object[] } : {}),
    variables,
  };
}

const tokens = { bos_token: '<s>', eos_token: '</s>', unk_token: '<unk>' };
const folders = ['apache', 'mit', 'own'];
const references = folders.map(name => JSON.parse(readFixtureText(`chat/${name}/templates.json`)) as Reference);
const cases = references.flatMap(({ conversations, templates }) =>
  templates.map(({ name, template, rows }) => ({ name, template, rows, conversations })),
);

test.each(cases)('$name renders conversations as the reference does', ({ template, rows, conversations }) => {
  const rendered = chatTemplate({ ...tokens, chat_template: template })!;
  const texts = conversations.map(({ messages, options }) => {
    try {
      return rendered.render(messages, optionsOf(options));
    } catch (error) {
      expect((error as Error).message).toContain('chat: ');
      return null;
    }
  });
  expect(texts).toEqual(rows);
  expect(rows.some(row => row !== null)).toBe(true);
});
