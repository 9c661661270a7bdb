import { expect, test } from 'vitest';
import { connect, offer } from './calls.js';

/** Two ends of a channel: functions are offered at one, and called at the other. */
const channel = <Offered extends Parameters<typeof offer>[2]>(functions: Offered) => {
  const { port1, port2 } = new MessageChannel();
  offer(port1, 'numbers', functions);
  const end = () => {
    port1.close();
    port2.close();
  };
  return { remote: connect<Offered>(port2, 'numbers'), end };
};

test('a function is called on the other side, and its error comes back', async () => {
  const { remote, end } = channel({
    add: (one: number, other: number) => one + other,
    refuse: (): number => {
      throw new RangeError('3 is too large');
    },
  });
  expect(await remote.add(2, 3)).toBe(5);
  await expect(remote.refuse()).rejects.toThrow('3 is too large');
  end();
});

test('a call that is aborted before its turn is not computed', async () => {
  const computed: number[] = [];
  const { remote, end } = channel({ note: (value: number) => computed.push(value) });
  const first = remote.note(7);
  const abort = new AbortController();
  const second = remote.note(11, abort.signal);
  abort.abort();
  await expect(second).rejects.toThrow();
  await first;
  expect(await remote.note(13)).toBe(2);
  expect(computed).toEqual([7, 13]);
  end();
});
