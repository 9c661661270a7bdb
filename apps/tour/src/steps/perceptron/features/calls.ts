import { stories } from '../../../worker/lab.js';
import { FeatureSession, type SessionSettings } from './session.js';
import type { FeatureFacts, FeatureList, LearningStep, Steering, Written } from './types.js';

let session: FeatureSession | undefined;

const current = (): FeatureSession => {
  if (session) return session;
  throw new Error('Nothing has been learned yet: train first.');
};

/** The functions of the features in the worker. One session lives at a time. */
export const calls = {
  /** Starts another session; the last one is freed. */
  begin: async (settings: SessionSettings): Promise<void> => {
    await calls.end();
    session = new FeatureSession(await stories(), settings);
  },
  write: (): Promise<Written> => current().write(),
  step: (): Promise<LearningStep | undefined> => current().step(),
  /** Lists the features; a port, if given, gets how far it is. */
  list: async (port: MessagePort): Promise<FeatureList> => {
    try {
      return await current().list(progress => port.postMessage(progress));
    } finally {
      port.close();
    }
  },
  facts: (feature: number): Promise<FeatureFacts | undefined> => current().facts(feature),
  tell: (text: string, seed: number, steering?: Steering): Promise<string> => current().tell(text, seed, steering),
  /** Ends the session and frees what was learned. */
  end: async (): Promise<void> => {
    const ending = session;
    session = undefined;
    await ending?.dispose();
  },
};

/** The types of the functions. */
export type Calls = typeof calls;
