/** The message of the error that a call throws. Fails if it does not throw. */
export function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('messageOf: the call did not fail');
}
