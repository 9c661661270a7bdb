import { expect, test } from 'vitest';
import { pipeline, sampler } from './index.js';

test('wrong types from plain JavaScript are refused in a sentence', () => {
  const messageOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return (error as Error).message;
    }
    return undefined;
  };
  const wrong = [5, null, undefined] as never[];
  expect(wrong.map(options => messageOf(() => sampler(options)))).toEqual([
    'sampling: options is 5; it must be an object',
    'sampling: options is null; it must be an object',
    'sampling: options is undefined; it must be an object',
  ]);
  expect(messageOf(() => pipeline({ processors: [5 as never] }))).toBe(
    'sampling: processors is [5]; it must be a list of functions',
  );
  expect(messageOf(() => pipeline({ processors: 5 as never }))).toBe(
    'sampling: processors is 5; it must be a list of functions',
  );
});
