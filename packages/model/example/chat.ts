/** Answers a question with an instruction checkpoint that may ask for the time: node chat.js owner/name "What time?" */
import '@residual/backend-wasm';
import { type ChatMessage, loadModel } from '@residual/model';

const [, , source, question = 'What time is it?'] = process.argv;
if (source === undefined) throw new Error('name a checkpoint: a folder, a URL, or an id such as owner/name');

const functions: Readonly<Record<string, () => unknown>> = { now: () => new Date().toISOString() };
const tools = [
  {
    type: 'function',
    function: { name: 'now', description: 'The time in UTC', parameters: { type: 'object', properties: {} } },
  },
];
using model = await loadModel(source);
using conversation = model.conversation();
const messages: ChatMessage[] = [{ role: 'user', content: question }];
for (let turn = 0; turn < 5 && messages.at(-1)?.role !== 'assistant'; turn++) {
  const steps = conversation.chat(messages, { tools, seed: 7 })[Symbol.asyncIterator]();
  let step = await steps.next();
  for (; !step.done; step = await steps.next()) if (step.value.kind === 'text') process.stdout.write(step.value.delta);
  const { message, calls, cachedTokens, promptLength } = step.value;
  console.error(`\n${cachedTokens} of ${promptLength} tokens were known`);
  messages.push(message);
  for (const { id, name, problem } of calls)
    messages.push({ role: 'tool', tool_call_id: id, name, content: problem ?? JSON.stringify(functions[name]?.()) });
}
