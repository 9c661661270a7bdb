import '../index.js';
import { ready, tensor, useBackend } from '@residual/tensor';
import * as tf from '@tensorflow/tfjs-core';

/**
 * A minimal server: it handles its own rejections and exceptions, starts the backend several times, and prints what it
 * has received.
 */
const messages: string[] = [];
const own = {
  unhandledRejection: (reason: unknown) => messages.push(`rejection ${(reason as Error).message}`),
  uncaughtException: (error: Error) => messages.push(`exception ${error.message}`),
};
// One of these would itself throw: it is the program's, and stays.
const strict = (reason: unknown) => {
  if ((reason as Error).message === 'never') throw reason;
};
process.on('unhandledRejection', strict);
for (const [event, listener] of Object.entries(own)) process.on(event, listener as never);

const turn = () => new Promise(resolve => setTimeout(resolve, 5));
const fail = async (name: string) => {
  Promise.reject(new Error(name));
  setTimeout(() => {
    throw new Error(name);
  });
  await turn();
};

await ready();
await useBackend('wasm');
const listening = () => Object.keys(own).map(event => process.listeners(event as never).length);
const counts = [listening()];
await fail('first');
const { factory, priority } = tf.engine().registryFactory.wasm!;
for (let round = 0; round < 3; round++) {
  tf.removeBackend('wasm'); // disposes it
  counts.push(listening());
  tf.registerBackend('wasm', factory, priority);
  await useBackend('wasm');
  counts.push(listening());
}
await fail('last');
const sum = await tf.sum(tensor([1, 2, 3], [3])).data();
console.log(JSON.stringify({ messages, counts, sum: [...sum], listeners: Object.hasOwn(process, 'listeners') }));
