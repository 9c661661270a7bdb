import { byId, make, on, reportFailure, singleRun } from '@residual/appkit';
import type { BarsElement, TokenDetail } from '@residual/elements';
import type { ChatMessage, Step } from '@residual/model';
import type { RemoteConversation, RemoteModel } from '@residual/model/worker';
import type { MakeChapter } from '../chapters.js';
import { readControls } from '../controls.js';
import type { Session } from '../session.js';
import { optionsOf, samplingOf } from '../story/sampling.js';
import { tinted } from '../story/tokens.js';

/** How many tokens an answer may have, and how many alternatives each token shows. */
const [maxNewTokens, topLogprobs] = [512, 10];

/** What is said of a model that has no chat template. */
const none =
  'This model continues texts and was not trained to answer. Load an instruction checkpoint, such as a small Qwen or ' +
  'SmolLM, under “The model”.';

/** What was said with a model. */
interface Talk {
  readonly model: RemoteModel;
  readonly conversation: RemoteConversation;
  readonly messages: ChatMessage[];
}

/** Wires the chapter; returns the function that begins a conversation with the model of the page. */
export const chatView: MakeChapter = session => {
  let talk: Talk | undefined;
  const runs = singleRun();
  const enable = () => {
    for (const id of ['chat-message', 'chat-send']) byId<HTMLButtonElement>(id).disabled = !talk || runs.isRunning;
    byId<HTMLButtonElement>('chat-stop').disabled = !runs.isRunning;
    byId<HTMLButtonElement>('chat-undo').disabled = runs.isRunning || !talk?.messages.length;
  };
  const send = async () => {
    const field = byId<HTMLTextAreaElement>('chat-message');
    const content = field.value.trim();
    if (!talk || runs.isRunning || content === '') return;
    const current = talk;
    current.messages.push({ role: 'user', content });
    field.value = '';
    addTurn('You').append(make('p', { textContent: content }));
    const work = runs.start(signal => answer(session, current, signal));
    enable();
    await work.finally(enable);
  };
  on('chat-form', 'submit', send);
  on('chat-stop', 'click', () => runs.end());
  on('chat-undo', 'click', () => {
    const at = talk!.messages.findLastIndex(({ role }) => role === 'user');
    const [question] = talk!.messages.splice(at);
    const log = byId('chat-log');
    log.lastElementChild?.remove(); // the answer
    log.lastElementChild?.remove();
    byId<HTMLTextAreaElement>('chat-message').value = String(question?.content ?? '');
    clearBars();
    enable();
  });
  byId('chat-message').addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    byId<HTMLFormElement>('chat-form').requestSubmit();
  });
  return async () => {
    const { model } = session;
    if (talk?.model === model) return;
    talk = undefined;
    byId('chat-log').replaceChildren();
    byId<HTMLTextAreaElement>('chat-prompt').value = '';
    clearBars();
    const canChat = model.chatTemplates.length > 0;
    byId('chat-none').textContent = canChat ? '' : none;
    if (canChat) talk = { model, conversation: await model.conversation(), messages: [] };
    enable();
  };
};

/** Lets the model answer, and shows each token of the answer with its alternatives. */
async function answer(session: Session, { model, conversation, messages }: Talk, signal: AbortSignal): Promise<void> {
  const turn = addTurn('The model');
  const tokens = make('residual-tokens', {});
  tokens.setAttribute('running', '');
  tokens.setAttribute('label', 'the answer, token by token');
  turn.append(tokens);
  const steps: Step[] = [];
  tokens.addEventListener('residual-token', event => {
    const { index } = (event as CustomEvent<TokenDetail>).detail;
    reportFailure(showBars(session, steps[index]));
  });
  byId<HTMLTextAreaElement>('chat-prompt').value = (await model.renderChat(messages)).text;
  let said = '';
  try {
    const options = { ...optionsOf(samplingOf(readControls()), model.vocab), maxNewTokens, topLogprobs, signal };
    for await (const { kind, delta, step } of conversation.chat(messages, options)) {
      if (kind === 'text') said += delta;
      if (step.index < steps.length) continue; // a token that completes several parts
      steps.push(step);
      const [text = ''] = await session.textsOf([step.token]);
      tokens.push(tinted({ id: step.token, text, logprob: step.logprob }));
    }
  } finally {
    // Thinking does not go back to the model, as its template has it.
    messages.push({ role: 'assistant', content: said });
  }
}

/** Adds a turn to the conversation. */
function addTurn(speaker: string): HTMLElement {
  const turn = make('li', {});
  turn.append(make('h3', { className: 'small', textContent: speaker }));
  byId('chat-log').append(turn);
  return turn;
}

/** Shows what could have stood instead of a token. */
async function showBars(session: Session, step: Step | undefined): Promise<void> {
  if (!step) return clearBars();
  const element = byId<BarsElement>('chat-bars');
  const texts = await session.textsOf(step.topLogprobs.map(({ token }) => token));
  element.setAttribute('label', `Instead of token ${step.index + 1} of the answer`);
  element.bars = step.topLogprobs.map(({ token, logprob, probability }, i) => ({
    ...{ id: token, text: texts[i] ?? '', before: Math.exp(logprob), after: probability },
    chosen: token === step.token,
  }));
}

function clearBars(): void {
  const element = byId<BarsElement>('chat-bars');
  element.setAttribute('label', 'Point at a token of an answer');
  element.bars = [];
}
