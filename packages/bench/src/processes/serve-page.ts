/** The other side of `openChrome`, in the page: answers its calls with some handlers. */
export async function servePage(
  handlers: Readonly<Record<string, (...values: never[]) => Promise<unknown>>>,
): Promise<void> {
  for (let answer: object = {}; ; ) {
    const response = await fetch('/next', { method: 'POST', body: JSON.stringify(answer) });
    const { call, values } = (await response.json()) as { call: string; values: never[] };
    answer = await handlers[call]!(...values).then(
      value => ({ value }),
      (error: Error) => ({ error: error.stack ?? String(error) }),
    );
  }
}
