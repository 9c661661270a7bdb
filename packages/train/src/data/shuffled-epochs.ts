import { shuffledOrder } from './shuffle.js';

/** Items `first` to before `first + count` of an endless sequence of shuffled epochs. */
export function shuffledEpochs<Item>(items: readonly Item[], seed: number): (first: number, count: number) => Item[] {
  const orders = new Map<number, Uint32Array>();
  const orderOf = (epoch: number) => {
    const order = orders.get(epoch) ?? shuffledOrder(items.length, { seed, epoch });
    orders.delete(epoch - 2);
    orders.set(epoch, order);
    return order;
  };
  return (first, count) =>
    Array.from({ length: count }, (_, i) => {
      const at = first + i;
      return items[orderOf(Math.floor(at / items.length))[at % items.length]!]!;
    });
}
