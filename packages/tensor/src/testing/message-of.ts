/**
 * The message that a call fails with. Throws when it does not fail, so that a test of a message cannot pass by silence.
 */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('messageOf: the call did not fail');
}
