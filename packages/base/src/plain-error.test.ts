import { expect, test } from 'vitest';
import { errorFromPlain, errorToPlain, ResidualError } from './index.js';

const across = (error: unknown) => errorFromPlain(structuredClone(errorToPlain(error)));

test('an error of these packages keeps its code, details, stack and cause', () => {
  const error = new ResidualError('shape', 'add: no', {
    cause: new RangeError('far'),
    details: { step: 3, path: 'up' },
  });
  const again = across(error) as ResidualError;
  expect(again).toBeInstanceOf(ResidualError);
  expect([again.name, again.message, again.code, again.details, again.stack]).toEqual([
    'ResidualError',
    'add: no',
    'shape',
    { step: 3, path: 'up' },
    error.stack,
  ]);
  expect(again.cause).toBeInstanceOf(RangeError);
  expect((again.cause as Error).message).toBe('far');
});

test('an error keeps its built-in class', () => {
  const classes = [Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError];
  for (const kind of classes) {
    const again = across(new kind('far', { cause: 'why' }));
    expect(Object.getPrototypeOf(again)).toBe(kind.prototype);
    expect([again.name, again.message, again.cause]).toEqual([kind.name, 'far', 'why']);
  }
  const aborted = across(new DOMException('enough', 'AbortError'));
  expect(aborted).toBeInstanceOf(DOMException);
  expect([aborted.name, aborted.message]).toEqual(['AbortError', 'enough']);
  const several = across(new AggregateError([new TypeError('one'), 2], 'both')) as AggregateError;
  expect(several).toBeInstanceOf(AggregateError);
  expect([several.message, several.errors[0].message, several.errors[1]]).toEqual(['both', 'one', 2]);
});

test('an error of Node or of another package keeps its name, code and plain properties', () => {
  class FileError extends TypeError {
    override readonly name = 'FileError';
    readonly status = 404;
    readonly keep = () => 1;
  }
  const again = across(Object.assign(new FileError('gone'), { code: 'ENOENT', errno: -2 }));
  expect(again).toBeInstanceOf(TypeError);
  expect(again).toMatchObject({ name: 'FileError', message: 'gone', code: 'ENOENT', errno: -2, status: 404 });
  expect(ResidualError.is(again)).toBe(false);
});

test('values that are not errors, and circular causes, cross too', () => {
  expect(across('only words').message).toBe('only words');
  expect(across(undefined).message).toBe('undefined');
  expect(across(Object.create(null)).message).toBe('[object Object]');
  const ring = new Error('ring');
  ring.cause = ring;
  expect(across(ring).message).toBe('ring');
});
